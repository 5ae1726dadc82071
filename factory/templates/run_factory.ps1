# Starts the factory on this folder, in WSL. Double-click run_factory.cmd, or type here:
#   .\run_factory.ps1 --until 07:00
# What is typed behind the name goes to `factory run`; write no spaces within one word.
$ErrorActionPreference = 'Stop'

if (-not (Get-Command wsl.exe -ErrorAction SilentlyContinue)) {
    Write-Host 'There is no WSL here. As administrator: wsl --install    (then: factory help windows)'
    exit 4
}

# On a disk of WSL (\\wsl.localhost\Ubuntu\home\me\shop) Linux is told its own name of the folder.
if ($PSScriptRoot -match '^\\\\wsl(?:\.localhost|\$)\\([^\\]+)(\\.*)?$') {
    $place = '/' + ([string]$Matches[2]).Replace('\', '/').TrimStart('/')
    $where = @('-d', $Matches[1], '--cd', $place)
} else {
    $where = @('--cd', $PSScriptRoot)
}

# A login shell, so that ~/.local/bin and the keys in ~/.profile are known. No double quote may stand in its line.
& wsl.exe @where --exec bash -lc 'exec factory run $*' factory @args
exit $LASTEXITCODE
