"""The switch from one release to another: stop, one rename, start, health; and the way back when one of them fails."""

from __future__ import annotations

from typing import List, NamedTuple, Optional

from clutch_release.commands import run_command
from clutch_release.console import Console
from clutch_release.failures import FAILED, RETURNED, STUCK, Failure
from clutch_release.generations import collect_garbage
from clutch_release.journal import DONE, STOPPING, SWITCHED, Switch, drop_journal, read_journal, write_journal
from clutch_release.layout import Prefix
from clutch_release.processes import Process, processes_in


class SwitchOptions(NamedTuple):
    stop: Optional[str]
    start: Optional[str]
    health: Optional[str]
    timeout: float
    keep: int
    is_rollback: bool = False


def switch_to(prefix: Prefix, root: str, options: SwitchOptions, console: Console) -> None:
    """Makes `root`, which is installed and verified, the current release. Call it with the lock held.

    A switch to the same release that was killed half-way is taken up where it stopped. Fails with RETURNED when the
    old release is current again, with FAILED when it never ceased to be.
    """
    switch = read_journal(prefix)
    if switch is None or switch.new != root or switch.phase != SWITCHED:
        switch = Switch(prefix.current(), root, STOPPING, options.is_rollback)
        write_journal(prefix, switch)
        running = processes_from(prefix, switch.old)
        stop_old(prefix, switch, options, console)
        prefix.point_current(root)
        write_journal(prefix, switch._replace(phase=SWITCHED))
        prefix.log('current: %s -> %s' % (prefix.describe(switch.old), prefix.describe(root)))
        if options.stop is None and options.start is None:
            name_running(running, console)
    try:
        bring_up(options, console)
    except Failure as failure:
        go_back(prefix, switch, options, console, failure)
    except KeyboardInterrupt:
        go_back(prefix, switch, options, console, Failure(FAILED, 'interrupted'))
    if switch.old is not None and switch.old != root:
        prefix.point_previous(switch.old)
    collect_garbage(prefix, options.keep, console)
    write_journal(prefix, switch._replace(phase=DONE))


def stop_old(prefix: Prefix, switch: Switch, options: SwitchOptions, console: Console) -> None:
    if options.stop is None or switch.old is None:
        return
    console.say('Stopping: %s' % options.stop)
    problem = run_command(options.stop, options.timeout)
    if problem is not None:
        drop_journal(prefix)
        raise Failure(FAILED, 'the stop command failed: %s; nothing was switched' % problem)


def bring_up(options: SwitchOptions, console: Console) -> None:
    """Starts the release that is current and asks for its health."""
    for name, command in (('start', options.start), ('health', options.health)):
        if command is None:
            continue
        console.say('%s: %s' % ('Starting' if name == 'start' else 'Asking for health', command))
        problem = run_command(command, options.timeout)
        if problem is not None:
            raise Failure(FAILED, 'the %s command failed: %s' % (name, problem))


def go_back(prefix: Prefix, switch: Switch, options: SwitchOptions, console: Console, failure: Failure) -> None:
    """Back to the release that was current before; always raises."""
    console.warn('%s; going back to %s' % (failure.message, prefix.describe(switch.old)))
    problems = [run_command(options.stop, options.timeout)] if options.stop is not None else []
    prefix.point_current(switch.old)
    prefix.log('current: %s -> %s, since %s'
               % (prefix.describe(switch.new), prefix.describe(switch.old), failure.message))
    if options.start is not None and switch.old is not None:
        problems.append(run_command(options.start, options.timeout))
    drop_journal(prefix)
    told = [problem for problem in problems if problem is not None]
    if told:
        raise Failure(STUCK, '%s; %s is current again, but %s' % (
            failure.message, prefix.describe(switch.old), ' and '.join(told)), 'look after the service')
    raise Failure(RETURNED, '%s; %s is current again' % (failure.message, prefix.describe(switch.old)))


def processes_from(prefix: Prefix, root: Optional[str]) -> List[Process]:
    if root is None:
        return []
    return processes_in((prefix.release(root), prefix.current_link))


def name_running(running: List[Process], console: Console) -> None:
    if running:
        console.outcome['running'] = [process._asdict() for process in running]
        console.warn('%d still run from the old release: %s; restart them, or give --stop and --start'
                     % (len(running), ', '.join(map(str, running))))


def settle(prefix: Prefix, wanted: Optional[str], console: Console) -> None:
    """Ends a switch that was killed, unless it is the one that is wanted again: that goes on in `switch_to`."""
    switch = read_journal(prefix)
    if switch is None or (switch.new == wanted and switch.phase == SWITCHED):
        return
    if switch.phase == SWITCHED:
        console.warn('the upgrade to %s was interrupted after its switch' % prefix.describe(switch.new))
        if switch.old is not None and switch.old != switch.new:
            prefix.point_previous(switch.old)
        write_journal(prefix, switch._replace(phase=DONE))
    else:
        drop_journal(prefix)
