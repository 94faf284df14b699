"""JSON lines over a socket: calls to the core and from the core, nested strictly last in, first out.

While a call waits for its reply it answers the calls that the core makes meanwhile. Lines are ASCII, so that lone
surrogates in odd file names survive.
"""

import collections
import json
import os
import socket
import sys
import threading

from clutch_host.failures import describe_failure, recall_failure

# Exit status when the core went away: nobody is left to be told.
CORE_IS_GONE = 70


class Peer:

    def __init__(self, descriptor):
        os.set_inheritable(descriptor, False)
        self._socket = socket.socket(fileno=descriptor)
        self._socket.settimeout(None)
        self._process = os.getpid()
        self._partial = b''
        self._lines = collections.deque()
        # Held by the thread that waits for a reply; given away while it answers a call of the core.
        self._turn = threading.Lock()
        self._calls = 0
        self._replies = {}
        self._abandoned = set()
        self.verbs = {}
        # Run after each verb, before its result is sent.
        self.after_verb = lambda: None

    def call(self, verb, **params):
        """The core's answer to `verb`; an error of the core is raised here."""
        if os.getpid() != self._process:
            raise RuntimeError('A forked child of the recipe host cannot use buildout or its options.')
        with self._turn:
            self._calls += 1
            number = 'h%d' % self._calls
            self._send({'id': number, 'verb': verb, 'params': params})
            try:
                reply = self._wait_for(number)
            except BaseException:
                self._abandoned.add(number)
                raise
        if 'error' in reply:
            raise recall_failure(reply['error'])
        return reply.get('result')

    def serve(self):
        """Answers calls until `host.stop`."""
        while True:
            try:
                message = self._receive()
            except KeyboardInterrupt:
                continue  # Nothing runs here: the core decides what an interrupt means.
            if message.get('verb') == 'host.stop':
                self._send({'id': message['id'], 'result': None})
                return
            self._handle(message)

    def _wait_for(self, number):
        while number not in self._replies:
            message = self._receive()
            if message.get('verb') == 'host.cancel':
                raise KeyboardInterrupt
            self._turn.release()
            try:
                self._handle(message)
            finally:
                self._turn.acquire()
        return self._replies.pop(number)

    def _handle(self, message):
        number = message.get('id')
        if message.get('verb') == 'host.cancel':
            return
        if 'verb' in message:
            self._answer(message)
        elif number in self._abandoned:
            self._abandoned.discard(number)
        else:
            self._replies[number] = message

    def _answer(self, message):
        try:
            result = self.verbs[message['verb']](**message.get('params', {}))
            self.after_verb()
            json.dumps(result)
            reply = {'id': message['id'], 'result': result}
        except BaseException as error:
            self._end_forked_child(error)
            reply = {'id': message['id'], 'error': describe_failure(error)}
        self._send(reply)

    def _end_forked_child(self, error):
        """A child that a recipe forked must not come back as a second host."""
        if os.getpid() == self._process:
            return
        code = error.code if isinstance(error, SystemExit) else 1
        sys.stdout.flush()
        os._exit(code if isinstance(code, int) else 0 if code is None else 1)

    def _send(self, message):
        if os.getpid() != self._process:
            os._exit(1)
        # The core writes its own lines to the same stdout: what was printed before must be there first.
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (AttributeError, ValueError, OSError):
                pass  # A recipe may have closed or replaced it.
        try:
            self._socket.sendall(json.dumps(message).encode('ascii') + b'\n')
        except (BrokenPipeError, ConnectionResetError):
            os._exit(CORE_IS_GONE)

    def _receive(self):
        while not self._lines:
            try:
                received = self._socket.recv(1 << 16)
            except ConnectionResetError:
                received = b''
            if not received:
                os._exit(CORE_IS_GONE)
            *lines, self._partial = (self._partial + received).split(b'\n')
            self._lines.extend(lines)
        return json.loads(self._lines.popleft())
