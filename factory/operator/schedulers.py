"""A nightly run in the words of cron, of systemd and of the Windows Task Scheduler. Pure."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from factory.operator.nightly import Nightly

LONGEST = 998  # characters of a command that cron takes
UNITS = "~/.config/systemd/user"
SPECIAL = re.compile(r"""["'\\]""")  # systemd starts no program with these in its name
ODD = re.compile(r'["%\\$`]')  # what Windows, or the way from there to Linux, would not leave as it is


def cron(run: Nightly) -> str:
    """A line of a crontab, with its remarks. cron takes `%` for the line's end where no backslash stands before it."""
    line = f"{run.here.minute} {run.here.hour} * * * {run.shell_line.replace('%', chr(92) + '%')}"
    said = [f"# stampmill, each night at {run.begins:%H:%M} {run.begins.tzinfo}; into the crontab by"]
    said.append(f"#   (crontab -l; {run.asked} --kind cron) | crontab -")
    said.append(f"# The keys of your models: KEY=value lines in {run.keys}")
    if run.here.utcoffset() != run.begins.utcoffset():
        said.append(f"# That is {run.here:%H:%M} by this machine's clock: write it anew when one of both is put back")
    if len(line) > LONGEST:
        line = (
            f"# cron takes {LONGEST} characters in a line, and these would be {len(line)}: use systemd, or a short PATH"
        )
    return "\n".join([*said, line])


def units(run: Nightly) -> dict[str, str]:
    """The systemd user units, by their file names."""
    first, *others = (
        run.command if not SPECIAL.search(run.python) else ("/bin/sh", "-c", 'exec "$0" "$@"', *run.command)
    )
    service = f"""[Unit]
Description=stampmill on {_specified(run.repo)}, for a night

[Service]
Type=exec
ExecStart={_word(first)} {" ".join(_word(one).replace("$", "$$") for one in others)}
Environment={_word(f"PATH={run.path}")}
EnvironmentFile=-{_specified(run.keys)}
SuccessExitStatus=3 130
KillMode=mixed
"""
    timer = f"""[Unit]
Description=stampmill on {_specified(run.repo)}, each night

[Timer]
OnCalendar=*-*-* {run.begins:%H:%M}:00 {run.begins.tzinfo}
AccuracySec=1min
Persistent=false

[Install]
WantedBy=timers.target
"""
    return {f"{run.name}.service": service, f"{run.name}.timer": timer}


def _specified(text: str) -> str:
    """`%` begins a specifier."""
    return text.replace("%", "%%")


def _word(text: str) -> str:
    """One word of a command or of variables; `$` is the caller's: it means something in arguments alone."""
    return '"' + _specified(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def systemd(run: Nightly) -> str:
    """A script that puts the units where they belong."""
    lines = [f"# stampmill each night at {run.begins:%H:%M} {run.begins.tzinfo}: read it, then pipe it into sh"]
    lines += [f"mkdir -p {UNITS}"]
    for name, text in units(run).items():
        lines += [f"cat > {UNITS}/{name} <<'END OF UNIT'", text + "END OF UNIT"]
    lines += ["systemctl --user daemon-reload", f"systemctl --user enable --now {run.name}.timer"]
    lines += [f"# its log: journalctl --user -u {run.name}; the keys of your models: KEY=value lines in {run.keys}"]
    return "\n".join([*lines, '# without a login: loginctl enable-linger "$USER"'])


def windows(run: Nightly, distribution: str) -> str:
    """A task for the Windows Task Scheduler, which starts the run in WSL, by Windows' own clock."""
    line = run.plain_line if ODD.search(run.shell_line) else run.shell_line
    chosen = f"-d {_argument(distribution)} " if distribution else ""
    arguments = f"{chosen}--exec /bin/sh -c {_argument(line)}"
    return f"""<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>{escape(f"stampmill: factory run {' '.join(run.words)} on {run.repo}")}</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>{run.here:%Y-%m-%dT%H:%M:00}</StartBoundary>
      <Enabled>true</Enabled>
      <ScheduleByDay>
        <DaysInterval>1</DaysInterval>
      </ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>false</StartWhenAvailable>
    <WakeToRun>true</WakeToRun>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
  </Settings>
  <Actions>
    <Exec>
      <Command>wsl.exe</Command>
      <Arguments>{escape(arguments)}</Arguments>
    </Exec>
  </Actions>
</Task>"""


def _argument(text: str) -> str:
    """One argument of a Windows command line; without quotes or backslashes in it, which `plain_line` keeps away."""
    return f'"{text}"'


def into_windows(run: Nightly) -> str:
    """The line, typed in WSL, that hands the task to Windows."""
    at, seen = f"/mnt/c/Users/Public/{run.name}.xml", f"C:\\Users\\Public\\{run.name}.xml"
    return f"{run.asked} --kind windows | iconv -t UTF-16 > {at} && schtasks.exe /Create /TN {run.name} /XML '{seen}'"
