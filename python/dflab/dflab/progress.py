"""How far a query is, told in the cell that runs it. 4.x clients have handlers of their own; 3.5 clients get them here."""
import collections
import functools
import threading
import time

# As pyspark 4.x calls it.
StageInfo = collections.namedtuple("StageInfo", "stage_id num_tasks num_completed_tasks num_bytes_read done")

# What a client of 3.5 says of itself, so that the lab tells it what its protocol has no field for.
USER_AGENT = "dflab-progress/1"
_EXECUTION_PROGRESS = 18  # its number in ExecutePlanResponse

_cell_bar = None


def show_in_cells():
    """From now on sessions draw a bar in the cell that waits for them."""
    global _cell_bar
    if _cell_bar is None:
        _cell_bar = CellBar()


class CellBar:
    """A handler of progress that draws: a bar comes when a query takes longer than a moment, and goes when it ends."""

    PATIENCE = 0.4  # seconds since the first word of a query, itself some 0.3 s after its begin

    def __init__(self):
        self._lock = threading.Lock()
        self._running = {}

    def __call__(self, stages, inflight_tasks, operation_id, done):
        with self._lock:
            if done:
                self._end(operation_id)
            else:
                self._tell(list(stages or ()), operation_id)

    def _tell(self, stages, operation_id):
        from IPython.display import DisplayHandle

        began, handle, shown = self._running.setdefault(operation_id, (time.monotonic(), None, None))
        seconds = time.monotonic() - began
        if seconds < self.PATIENCE:
            return
        bundle = bar(sum(stage.num_completed_tasks for stage in stages), sum(stage.num_tasks for stage in stages), seconds)
        if handle is None:
            handle = DisplayHandle()
            handle.display(bundle, raw=True)
        elif bundle != shown:
            handle.update(bundle, raw=True)
        self._running[operation_id] = (began, handle, bundle)

    def _end(self, operation_id):
        _, handle, _ = self._running.pop(operation_id, (None, None, None))
        if handle is not None:
            handle.update({"text/plain": "", "text/html": ""}, raw=True)


def bar(done, total, seconds):
    """What a cell shows, as HTML and as text. Without any task done there is no share to tell: only that it runs."""
    elapsed = f"{seconds:.0f} s"
    if not total or not done:
        return {"text/plain": f"Running, {elapsed}", "text/html": f"<progress aria-label='Query'></progress> <small>running, {elapsed}</small>"}
    percent = min(100, 100 * done // total)
    return {
        "text/plain": f"[{'#' * (percent // 5):.<20}] {percent} %, {elapsed}",
        "text/html": f"<progress aria-label='Query' max='100' value='{percent}'></progress> <small>{percent} %, {elapsed}</small>",
    }


def patch_connect_client(module):
    """Each client that is made while cells show progress tells the bar; clients of 3.5 learn to hear of progress at all."""
    client_class = module.SparkConnectClient
    if not hasattr(client_class, "register_progress_handler"):
        _teach(module)
    made = client_class.__init__

    @functools.wraps(made)
    def init(self, *arguments, **options):
        made(self, *arguments, **options)
        if _cell_bar is not None:
            self.register_progress_handler(_cell_bar)

    client_class.__init__ = init


def _handlers(client):
    return client.__dict__.setdefault("_progress_handlers", [])


class _Telling:
    """What one execution tells its handlers."""

    def __init__(self, handlers):
        self._handlers, self._operation_id, self._stages, self._inflight = list(handlers), None, [], 0

    def read(self, response):
        for stages, inflight in progress_of(response):
            self._stages, self._inflight, self._operation_id = stages, inflight, response.operation_id or self._operation_id
            self._notify(False)

    def end(self):
        self._notify(True)

    def _notify(self, done):
        for handler in self._handlers:
            handler(stages=self._stages, inflight_tasks=self._inflight, operation_id=self._operation_id, done=done)


def _teach(module):
    """Gives a client of 3.5 `register_progress_handler` and its kin of 4.x. Progress arrives in a field that it keeps as an unknown one."""
    client_class, builder_class, iterator_class = module.SparkConnectClient, module.ChannelBuilder, module.ExecutePlanResponseReattachableIterator
    telling = {}  # of requests that run, by their identity: the iterator knows nothing of the client

    class ToldIterator(iterator_class):
        def __init__(self, request, *arguments, **options):
            self._dflab_telling = telling.get(id(request))
            super().__init__(request, *arguments, **options)

        def send(self, value):
            response = super().send(value)
            if self._dflab_telling is not None:
                self._dflab_telling.read(response)
            return response

    module.ExecutePlanResponseReattachableIterator = ToldIterator

    class listening:
        def __init__(self, client, request):
            self._key, self._telling = id(request), _Telling(_handlers(client))

        def __enter__(self):
            telling[self._key] = self._telling

        def __exit__(self, *_):
            telling.pop(self._key, None)
            self._telling.end()

    execute, fetch = client_class._execute, client_class._execute_and_fetch_as_iterator

    @functools.wraps(execute)
    def told_execute(self, req):
        with listening(self, req):
            return execute(self, req)

    @functools.wraps(fetch)
    def told_fetch(self, req):
        with listening(self, req):
            yield from fetch(self, req)

    client_class._execute, client_class._execute_and_fetch_as_iterator = told_execute, told_fetch
    agent = builder_class.userAgent.fget
    builder_class.userAgent = property(lambda self: f"{agent(self)} {USER_AGENT}", doc=builder_class.userAgent.__doc__)

    def register(self, handler):
        if handler not in _handlers(self):
            _handlers(self).append(handler)

    client_class.register_progress_handler = register
    client_class.remove_progress_handler = lambda self, handler: _handlers(self).remove(handler)
    client_class.clear_progress_handlers = lambda self: _handlers(self).clear()


def patch_connect_session(session_class):
    """`spark.registerProgressHandler` and its kin, as 4.x has them."""
    if hasattr(session_class, "registerProgressHandler"):
        return
    session_class.registerProgressHandler = lambda self, handler: self.client.register_progress_handler(handler)
    session_class.removeProgressHandler = lambda self, handler: self.client.remove_progress_handler(handler)
    session_class.clearProgressHandlers = lambda self: self.client.clear_progress_handlers()


def progress_of(response):
    """The (stages, running tasks) that a response of a 3.5 client tells, in a field its messages do not know."""
    from google.protobuf.unknown_fields import UnknownFieldSet

    for field in UnknownFieldSet(response):
        if field.field_number == _EXECUTION_PROGRESS and field.wire_type == 2:
            told = list(_fields(field.data))
            stages = [_stage(value) for number, value in told if number == 1]
            yield stages, next((value for number, value in told if number == 2), 0)


def _stage(data):
    values = dict(_fields(data))
    return StageInfo(*(values.get(number, 0) for number in range(1, 5)), done=bool(values.get(5, 0)))


def _fields(data):
    """Numbers and values of a message that holds integers and messages."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        value, at = _varint(data, at)
        if tag & 7 == 2:
            value, at = data[at : at + value], at + value
        yield tag >> 3, value


def _varint(data, at):
    value, shift = 0, 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return value, at
