# SPDX-License-Identifier: Apache-2.0
"""Cycle-level model of the schedule of ``rtl/redmule``: who uses the port and the array in which cycle.

The model knows sizes, not numbers. It settled the number of buffers, the arbitration order and the latencies
before the RTL was written (docs/accelerator.md), and the RTL is compared with it cycle for cycle. One call of
`_cycle` is one clock cycle: what it decides comes from the state before the edge.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Shape:
    """An instance of the array, with the depth of its buffers.

    Attributes:
        h: compute elements in a row.
        l: rows.
        p: pipeline registers of the FMA.
        dw: payload bits of the port, a power of two.
        w_sets: W rows buffered for each compute element, the active one included.
        ring: tile descriptors between tiler and the last store.
    """

    h: int = 4
    l: int = 12  # noqa: E741 - the name of the contract
    p: int = 3
    dw: int = 256
    w_sets: int = 2
    ring: int = 8

    @property
    def width(self) -> int:
        """Columns of a tile, which is also the length of the ring of partial sums in cycles."""
        return self.h * (self.p + 1)


@dataclass(frozen=True, slots=True)
class Problem:
    """One job: sizes, bytes an element of X, W and Z, whether Y is read (MATMUL does not)."""

    m: int
    n: int
    k: int
    reads_y: bool = True
    ex: int = 2
    ew: int = 2
    ez: int = 2


@dataclass(slots=True)
class _Tile:
    rows: int
    cols: int
    z_pieces: int  # of the port's payload, in a row of Y and Z


@dataclass(slots=True)
class _Token:
    tile: int
    chunk: int
    col: int


@dataclass(slots=True)
class Stats:
    """Activity of port and array: cycles of each kind over the job."""

    # Accesses of each matrix.
    beats: dict[str, int] = field(default_factory=lambda: {"X": 0, "W": 0, "Y": 0, "Z": 0})
    # Cycles of the compute elements by cause, as docs/accelerator.md defines them.
    slots: Counter[str] = field(default_factory=Counter)
    busy: int = 0  # cycles with a request
    stalled: int = 0  # cycles in which the array stood


def _ceil(a: int, b: int) -> int:
    return -(-a // b)


def _tiles(shape: Shape, job: Problem) -> list[_Tile]:
    """Tiles in the order of the tiler: columns inside rows; a job without steps is a copy of a byte range."""
    if job.n == 0:
        piece = shape.dw // 8
        full, rest = divmod(job.m * job.k * job.ez, piece)
        tiles = [_Tile(min(shape.l, full - i), piece, 1) for i in range(0, full, shape.l)]
        return tiles + ([_Tile(1, rest, 1)] if rest else [])
    return [
        _Tile(min(shape.l, job.m - m), c := min(shape.width, job.k - k), _ceil(c * job.ez, shape.dw // 8))
        for m in range(0, job.m, shape.l)
        for k in range(0, job.k, shape.width)
    ]


class Schedule:
    """The machine in one job, from the edge that grants the trigger (edge 0)."""

    def __init__(self, shape: Shape, job: Problem, gnt: Callable[[int], bool] = lambda _: True) -> None:
        self.shape, self.job, self.gnt = shape, job, gnt
        self.tiles = _tiles(shape, job)
        self.stats = Stats()
        self.piece = shape.dw // 8
        self.chunks = _ceil(job.n, shape.h)
        self.copy = job.n == 0
        self.x_pieces = _ceil(job.n * job.ex, self.piece)
        self.z_cols = self.piece // job.ez  # columns of a piece of Y and Z
        self.pushed = 0  # tiles in the descriptor ring so far
        # loaders: tile, outer, inner position; valid = next beat's registers hold a beat
        self.x = [0, 0, 0]
        self.w = [0, 0, 0]
        self.y = [0, 0, 0]
        self.z = [0, 0, 0]
        self.valid = {"X": False, "W": False, "Y": False, "Z": False}
        self.x_count = 0
        self.w_count = 0
        self.x_used, self.x_full = [False] * 2, [False] * 2
        # pieces of Y that have arrived, and of Z that have left the array: they do so in order
        self.y_used, self.y_full = [False] * 2, [0] * 2
        self.w_used = [[False] * shape.w_sets for _ in range(shape.h)]
        self.w_full = [[False] * shape.w_sets for _ in range(shape.h)]
        self.z_occ, self.z_full = [False] * 2, [0] * 2
        self.req: tuple[str, tuple[int, ...] | None, bool] | None = None
        self.resp: tuple[str, tuple[int, ...] | None] | None = None
        self.pipe: list[_Token | None] = [None] * (shape.width + 2)
        self.cur: _Token | None = None
        self.next_tile = 0
        self.asked = self.stored = False  # a request, a store has been raised

    def run(self) -> int:
        """Cycles from the trigger's grant to the event."""
        slots, cycle = self.stats.slots, 1
        if not self.tiles:
            slots["CONTROL"] = 3 * self.shape.h * self.shape.l
            return 3  # one cycle to see the job, one to see that it is empty, the event register
        while not self._cycle(cycle):
            cycle += 1
            if cycle > 100_000_000:
                raise RuntimeError("the schedule does not end")
        slots["CONTROL"] += self.shape.h * self.shape.l  # the event
        return cycle + 1

    def _cycle(self, cycle: int) -> bool:
        granted = self.req is not None and self.gnt(cycle)
        done = granted and self.req is not None and self.req[2]
        can_load = self.req is None or granted
        pick = self._arbitrate() if can_load else None
        set_full, self.resp = self.resp, None
        if granted and self.req is not None and self.req[0] != "Z":
            self.resp = (self.req[0], self.req[1])
        if self.req is not None:
            self.stats.busy += 1
        token, advance = self._array()
        self._book(token)
        pushed = self.pushed
        # edge
        if can_load:
            self.req = None
        issue = self._issue(pick) if pick else None
        self._refill(pushed, issue)
        if cycle >= 2 and self.pushed < len(self.tiles) and self.pushed - self.z[0] < self.shape.ring:
            self.pushed += 1
        if advance:
            self._advance(token)
        else:
            self.stats.stalled += 1
        if set_full:
            self._fill(*set_full)
        return bool(done)

    def _refill(self, pushed: int, issue: str | None) -> None:
        for name, pos in (("X", self.x), ("W", self.w), ("Y", self.y), ("Z", self.z)):
            if not self.valid[name] or (name == issue and pos[1] == 0 and pos[2] == 0):
                self.valid[name] = pushed > pos[0]

    def _arbitrate(self) -> str | None:
        s, best, key = self.shape, None, (1 << 60, 0)
        zeros = self.copy and not self.job.reads_y
        if self.valid["Z"] and (zeros or self.z_full[self.z[0] % 2] > self.z[1]):
            best, key = "Z", (self.z[0] + 3, 0)
        if self.valid["Y"] and self.job.reads_y:
            free = not self.z_occ[self.y[0] % 2] if self.copy else not self.y_used[self.y[0] % 2]
            k = (self.y[0], self.y[1] * self.z_cols // (s.p + 1))
            if free and k < key:
                best, key = "Y", k
        if self.copy:
            return best
        if self.valid["X"] and not self.x_used[self.x_count % 2]:
            k = (self.x[0], self.x[1] * self.piece // self.job.ex)
            if k < key:
                best, key = "X", k
        if self.valid["W"]:
            n = self.w[1]
            if not self.w_used[n % s.h][self.w_count % s.w_sets] and (self.w[0], n) < key:
                best = "W"
        return best

    def _issue(self, name: str) -> str:
        """Take the beat of one stream into the request register and step the stream."""
        s, job = self.shape, self.job
        self.stats.beats[name] += 1
        full: tuple[int, ...] | None = None
        last = False
        if name == "X":
            t, piece, row = self.x
            if row + 1 < self.tiles[t].rows:
                self.x[2] += 1
            else:
                b = self.x_count % 2
                self.x_used[b], full = True, (b,)
                self.x_count += 1
                self.x[:] = [t, piece + 1, 0] if piece + 1 < self.x_pieces else [t + 1, 0, 0]
        elif name == "W":
            t, n, beat = self.w
            if beat + 1 < _ceil(self.tiles[t].cols * job.ew, self.piece):
                self.w[2] += 1
            else:
                b = self.w_count % s.w_sets
                self.w_used[n % s.h][b], full = True, (n % s.h, b)
                if n + 1 == job.n or (n + 1) % s.h == 0:
                    self.w_count += 1
                self.w[:] = [t, n + 1, 0] if n + 1 < job.n else [t + 1, 0, 0]
        else:
            pos = self.y if name == "Y" else self.z
            t, piece, row = pos
            if row + 1 < self.tiles[t].rows:
                pos[2] += 1
            else:
                end = piece + 1 == self.tiles[t].z_pieces
                pos[:] = [t + 1, 0, 0] if end else [t, piece + 1, 0]
                if name == "Y":
                    full = (t % 2,)
                    if end and self.copy:
                        self.z_occ[t % 2] = True
                    elif end:
                        self.y_used[t % 2] = True
                elif end:
                    self.z_occ[t % 2], self.z_full[t % 2] = False, 0
                    last = t + 1 == len(self.tiles)
        self.req = (name, full, last)
        return name

    def _fill(self, name: str, full: tuple[int, ...] | None) -> None:
        if full is None:
            return
        if name == "X":
            self.x_full[full[0]] = True
        elif name == "W":
            self.w_full[full[0]][full[1]] = True
        elif self.copy:
            self.z_full[full[0]] += 1
        else:
            self.y_full[full[0]] += 1

    def _book(self, token: _Token | None) -> None:
        """Give the slots of this cycle their causes: by what enters the cascade, or why nothing does."""
        s, slots = self.shape, self.stats.slots
        self.asked |= self.req is not None
        self.stored |= self.req is not None and self.req[0] == "Z"
        if token is None:
            slots[self._idle()] += s.h * s.l
            return
        tile, steps = self.tiles[token.tile], min(s.h, self.job.n - token.chunk * s.h)
        if token.col >= tile.cols:
            slots["PAD_K"] += s.h * s.l
            return
        slots["WORKING"] += tile.rows * steps
        slots["PAD_M"] += (s.l - tile.rows) * steps
        slots["PAD_N"] += s.l * (s.h - steps)

    def _idle(self) -> str:
        """Why nothing enters the cascade: of several reasons, that of the oldest tile."""
        if not self.asked:
            return "CONTROL"
        if self.copy:
            return "DRAIN" if self.stored else "FILL"
        if self._z_blocks():
            return "Z_BLOCK"
        if self.cur is None and self.next_tile == len(self.tiles):
            return "DRAIN"
        if self.next_tile == 0:
            return "FILL"
        if self.cur is not None and self._lacks_y(self.cur):
            return "WAIT_Y"
        if self._lacks_w():
            return "WAIT_W"
        token = self.cur
        if token is None:
            if self.next_tile >= self.pushed:
                return "CONTROL"
            token = _Token(self.next_tile, 0, 0)
            if self._lacks_y(token):
                return "WAIT_Y"
        return "WAIT_W" if self.x_full[self._x_bank(token)] else "WAIT_X"

    def _lacks_y(self, token: _Token) -> bool:
        """Return whether a column of a tile's first chunk cannot enter for want of its piece of Y."""
        if not self.job.reads_y or token.chunk or token.col >= self.tiles[token.tile].cols:
            return False
        return self.y_full[token.tile % 2] <= token.col // self.z_cols

    def _lacks_w(self) -> bool:
        """Return whether a compute element behind the first begins a step without its row of W."""
        s = self.shape
        return any(
            (t := self.pipe[h * (s.p + 1)]) is not None
            and t.col == 0
            and t.chunk * s.h + h < self.job.n
            and not self.w_full[h][self._w_slot(t)]
            for h in range(1, s.h)
        )

    def _z_blocks(self) -> bool:
        """Return whether a tile begins to leave and its bank of Z still holds another."""
        out = self.pipe[self.shape.width + 1]
        done = out is not None and out.col == 0 and out.chunk == self.chunks - 1
        return out is not None and done and self.z_occ[out.tile % 2]

    def _w_slot(self, token: _Token) -> int:
        return (token.tile * self.chunks + token.chunk) % self.shape.w_sets

    def _x_bank(self, token: _Token) -> int:
        piece = token.chunk * self.shape.h * self.job.ex // self.piece
        return (token.tile * self.x_pieces + piece) % 2

    def _array(self) -> tuple[_Token | None, bool]:
        """The token that enters CE 0 in this cycle, and whether the array advances."""
        if self.copy:
            return None, True
        token, start = self.cur, False
        if token is None and self.next_tile < self.pushed:
            token, start = _Token(self.next_tile, 0, 0), True
        if token is not None:
            ready = not self._lacks_y(token)
            if token.col == 0:
                ready &= self.x_full[self._x_bank(token)] and self.w_full[0][self._w_slot(token)]
            if not ready and start:
                token = None
            elif not ready:
                return None, False
        if self._lacks_w() or self._z_blocks():
            return None, False
        return token, True

    def _advance(self, token: _Token | None) -> None:
        s, n = self.shape, self.job.n
        ages = self.pipe
        ages[0] = token
        out = ages[s.width + 1]
        if out is not None and out.chunk == self.chunks - 1:
            b = out.tile % 2
            if out.col == 0:
                self.z_occ[b] = True
            cols = self.tiles[out.tile].cols
            if out.col == cols - 1 or (out.col < cols and (out.col + 1) % self.z_cols == 0):
                self.z_full[b] += 1
        for h in range(s.h):
            t = ages[h * (s.p + 1)]
            step = t.chunk * s.h + h if t is not None else n
            if t is None or step >= n:
                continue
            if t.col == 0:
                e = self.piece // self.job.ex
                if step == n - 1 or step % e == e - 1:
                    b = self._x_bank(t)
                    self.x_used[b] = self.x_full[b] = False
            if t.col == self.tiles[t.tile].cols - 1:
                b = self._w_slot(t)
                self.w_used[h][b] = self.w_full[h][b] = False
                if h == 0 and t.chunk == 0 and self.job.reads_y:
                    b = t.tile % 2
                    self.y_used[b], self.y_full[b] = False, 0
        ages.insert(0, None)
        ages.pop()
        if token is None:
            return
        if token.col + 1 < s.width:
            self.cur = _Token(token.tile, token.chunk, token.col + 1)
        elif token.chunk + 1 < self.chunks:
            self.cur = _Token(token.tile, token.chunk + 1, 0)
        else:
            self.cur = None
        if token.chunk == 0 and token.col == 0:
            self.next_tile = token.tile + 1


def cycles(shape: Shape, job: Problem, gnt: Callable[[int], bool] = lambda _: True) -> int:
    """Cycles from the grant of the trigger to the event (contract A8.1)."""
    return Schedule(shape, job, gnt).run()
