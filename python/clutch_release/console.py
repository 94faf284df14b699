"""What people and programs are told: lines on standard error, a progress line on a terminal, one JSON object at the
end with --json."""

from __future__ import annotations

import json
import sys
import time
from typing import Any, Callable, Dict, Optional

from clutch_release.failures import DONE, NAMES, Failure


class Console:

    def __init__(self, program: str, as_json: bool = False) -> None:
        self.program = program
        self.as_json = as_json
        self.outcome: Dict[str, Any] = {'result': 'done', 'code': DONE}
        self._live = sys.stderr.isatty()
        self._shown = 0
        self._drawn = 0.0

    def say(self, text: str) -> None:
        self._clear()
        print(text, file=sys.stderr if self.as_json else sys.stdout, flush=True)

    def warn(self, text: str) -> None:
        self._clear()
        print('Warning: ' + text, file=sys.stderr, flush=True)
        self.outcome.setdefault('warnings', []).append(text)

    def progress(self, text: str, done: int, total: int) -> None:
        """Redraws the progress line at most ten times a second."""
        now = time.monotonic()
        if not self._live or (now - self._drawn < 0.1 and done < total):
            return
        self._drawn = now
        line = '%s %d %%' % (text, 100 * done // max(total, 1))
        sys.stderr.write('\r' + line.ljust(self._shown))
        sys.stderr.flush()
        self._shown = len(line)

    def progress_of(self, text: str) -> Callable[[int, int], None]:
        return lambda done, total: self.progress(text, done, total)

    def finish(self, failure: Optional[Failure] = None) -> int:
        """Says how it ended; gives the exit code."""
        self._clear()
        if failure is not None:
            print('Error: ' + failure.message, file=sys.stderr)
            if failure.hint:
                print('hint: ' + failure.hint, file=sys.stderr)
            self.outcome.update(result=NAMES.get(failure.code, 'failed'), code=failure.code, error=failure.message)
            if failure.hint:
                self.outcome['hint'] = failure.hint
        if self.as_json:
            print(json.dumps(self.outcome, indent=1), flush=True)
        return self.outcome['code']

    def _clear(self) -> None:
        if self._shown:
            sys.stderr.write('\r' + ' ' * self._shown + '\r')
            sys.stderr.flush()
            self._shown = 0
