@echo off
rem Double-click: the factory works on this folder until all is done. Closing the window ends it politely.
title factory
powershell.exe -NoProfile -ExecutionPolicy Bypass -File "%~dp0run_factory.ps1" %*
set code=%ERRORLEVEL%
echo.
echo It ended with exit code %code%. 0: all is done. 1: a ticket is BLOCKED. 3: there is more to do. Others: see above.
pause
exit /b %code%
