// SPDX-License-Identifier: Apache-2.0
// Schedule of the array, cycle by cycle, for models/schedule.py: who uses the port and the array in which cycle.
//
// It knows sizes and addresses, not numbers. One call of `cycle` is one clock cycle: what it decides comes from the
// state before the edge. The number of buffers, the order of arbitration and the latencies were settled with it before
// the RTL was written (docs/accelerator.md), and the RTL is held to it to the cycle.
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace {

enum Cause { kControl, kFill, kWorking, kPadM, kPadN, kPadK, kWaitX, kWaitW, kWaitY, kZBlock, kDrain, kCauses };
enum Stream { kX, kW, kY, kZ, kStreams, kNone };

int64_t over(int64_t a, int64_t b) { return (a + b - 1) / b; }

/** A job on an instance of the array with the depth of its buffers, as `models/schedule.py` hands it over. */
struct Task {
    int64_t h, l, p, dw;
    int64_t w_sets;  // W rows buffered for each compute element, the active one included
    int64_t ring;    // tile descriptors between tiler and the last store
    int64_t m, n, k;
    int64_t reads_y;
    int64_t x_bytes, w_bytes, z_bytes;  // of an element
    int64_t x_addr, w_addr, z_addr;
    int64_t trigger;  // cycle of its grant; they ascend
};

/** Bytes from an address on, in an address space of 32 bits. */
struct Range {
    int64_t first, length;
    bool meets(const Range& other) const {
        return wrapped(other.first - first) < length || wrapped(first - other.first) < other.length;
    }
    static int64_t wrapped(int64_t address) { return address & 0xFFFFFFFF; }
};

/** What follows from a job's sizes. */
struct Job {
    explicit Job(const Task& task) : t(task) {
        copy = t.n == 0;
        const int64_t width = t.h * (t.p + 1), piece = t.dw / 8, bytes = t.m * t.k * t.z_bytes;
        chunks = over(t.n, t.h);
        x_elements = piece / t.x_bytes;
        x_pieces = over(t.n, x_elements);
        z_cols = piece / t.z_bytes;
        across = over(t.k, width);
        full = bytes / piece;
        rest = bytes % piece;
        tiles = copy ? over(full, t.l) + (rest > 0) : over(t.m, t.l) * across;
    }

    /** What it loads lies apart from what the other stores. */
    bool apart(const Job& earlier) const {
        const Range z = earlier.z();
        return !Range{t.x_addr, t.m * t.n * t.x_bytes}.meets(z) && !Range{t.w_addr, t.n * t.k * t.w_bytes}.meets(z) &&
               !(t.reads_y && this->z().meets(z));
    }

    Range z() const { return {t.z_addr, t.m * t.k * t.z_bytes}; }

    Task t;
    bool copy;  // without steps: a copy of a byte range, in rows as wide as the port
    int64_t chunks, x_pieces, tiles, across;
    int64_t x_elements, z_cols;  // in a piece of the port's payload
    int64_t full, rest;          // rows of a copy, and bytes of the short one behind them
    int64_t base = 0;            // number of its first tile in the engine
};

struct Tile {
    size_t job;
    int64_t rows, cols;
    int64_t pieces;             // of the port's payload, in a row of Y and Z
    int64_t x_before, w_before;  // pieces of X and chunks of W that went before in the engine
};

/** What enters the cascade in a cycle: a column of a chunk of steps of a tile; none where the tile is negative. */
struct Token {
    int64_t tile = -1, chunk = 0, col = 0;
    explicit operator bool() const { return tile >= 0; }
};

/** A stream's next beat: tile, then the outer and the inner position in it. */
struct Position {
    int64_t tile = 0, outer = 0, inner = 0;
};

/** Where the data of a request belong; `buffer` is negative for a beat that completes nothing. */
struct Beat {
    Stream stream = kNone;
    size_t job = 0;
    int64_t buffer = -1, set = 0;
    bool last = false;  // the job's last write
};

/** A cycle, as `models/schedule.py` reads it. */
struct Step {
    int32_t job = -1;                         // to which the cycle's slots belong
    int32_t tile = -1, chunk = -1, col = -1;  // of the column that enters the cascade; -1 without one
    int32_t left_job = -1, left = -1;         // tile whose finished sums leave it; -1 without any
    int32_t asking = -1;                      // job whose request is on the port
    int16_t rows = 0, steps = 0;              // of that column, as far as the job has them
    int8_t stream = kNone;                    // the one whose request is on the port
    int8_t granted = 0, advances = 0;
    int8_t cause = kControl;  // of the cycle, or of a column's first slot
};

/** Jobs in the order of their triggers, in one engine. */
class Schedule {
   public:
    Schedule(const Task* tasks, size_t count, const int64_t* denied, size_t denials)
        : t_(*tasks), jobs_(tasks, tasks + count), denied_(denied), denied_end_(denied + denials) {
        width_ = t_.h * (t_.p + 1);
        piece_ = t_.dw / 8;
        slots_.assign(count, {});
        ring_.resize(std::bit_ceil(static_cast<uint64_t>(t_.ring)) * 2);  // a tile leaves it before its last sum does
        ring_mask_ = static_cast<int64_t>(ring_.size()) - 1;
        empty_engine();
    }

    /**
     * The cycle of each job's event and the slots of each cause, of those that end up to a cycle; others keep what
     * is there. What happens in each of the first cycles goes to `steps`, which has room for so many.
     */
    void run(int64_t last, int64_t* events, int64_t* slots, Step* steps = nullptr, int64_t room = 0) {
        last_ = last;
        steps_ = steps;
        room_ = room;
        events_ = events;
        for (int64_t now = 1; now <= last && (head_ < jobs_.size() || now == done_at_ + 1); ++now) {
            if (head_ == next_ && state_ == kIdle && now != done_at_ + 1) now = std::max(now, task(head_).trigger + 1);
            cycle(now);
        }
        for (size_t job = 0; job < head_; ++job) std::copy(slots_[job].begin(), slots_[job].end(), slots + job * kCauses);
    }

   private:
    enum State { kIdle, kRun, kEmpty };

    const Task& task(size_t job) const { return jobs_[job].t; }

    /** A tile whose descriptor is in the ring, and its job. */
    const Tile& tile(int64_t index) const { return ring_[index & ring_mask_]; }
    const Job& job(int64_t index) const { return jobs_[tile(index).job]; }
    const Job& job(const Token& token) const { return job(token.tile); }

    Tile cut(size_t number, int64_t index) const {
        const Job& job = jobs_[number];
        const Task& t = job.t;
        if (job.copy) {
            if (index * t.l >= job.full) return {number, 1, job.rest, 1, 0, 0};
            return {number, std::min(t.l, job.full - index * t.l), piece_, 1, 0, 0};
        }
        const int64_t cols = std::min(width_, t.k - index % job.across * width_);
        return {number, std::min(t.l, t.m - index / job.across * t.l), cols, over(cols * t.z_bytes, piece_), x_cut_, w_cut_};
    }

    bool granted(int64_t now) {
        while (denied_ != denied_end_ && *denied_ < now) ++denied_;
        return denied_ == denied_end_ || *denied_ != now;
    }

    void cycle(int64_t now) {
        const bool asking = request_.stream != kNone, grant = asking && granted(now);
        const bool written = grant && request_.last, can_load = !asking || grant;
        const bool starts = may_start(now), turn = state_ == kIdle && head_ < jobs_.size() && task(head_).trigger < now;
        const bool done = state_ == kEmpty || (state_ == kRun && (written || written_));
        const Stream pick = can_load ? arbitrate() : kNone;
        const Beat filled = answer_;
        answer_ = grant && request_.stream != kZ ? request_ : Beat{};
        Token token;
        const bool advances = entering(&token);
        book(token, now);
        if (now <= room_) steps_[now - 1] = step(token, now, grant, advances);
        const int64_t pushed = pushed_;
        const bool pushes = cutting_ >= 0 && pushed_ - next_beat_[kZ].tile < t_.ring;
        // edge
        if (can_load) request_ = Beat{};
        if (pick != kNone) issue(pick);
        for (int stream = kX; stream < kStreams; ++stream) take_over(static_cast<Stream>(stream), stream == pick, pushed);
        if (pushes) push();
        if (advances) advance(token);
        if (filled.buffer >= 0) fill(filled);
        control(now, starts, turn, done, written);
    }

    /** The next job can enter the engine: it is empty, or the job fits behind what runs. */
    bool may_start(int64_t now) const {
        if (next_ == jobs_.size() || task(next_).trigger >= now) return false;
        if (head_ == next_) return state_ == kIdle;
        // The comparison of addresses takes two cycles from when the job is the next one.
        if (cutting_ >= 0 || now < std::max(task(next_).trigger, started_at_) + 3) return false;
        const auto plain = [&](size_t job) { return jobs_[job].tiles > 0 && !jobs_[job].copy; };
        if (!plain(next_)) return false;
        for (size_t job = head_; job < next_; ++job)
            if (!plain(job) || !jobs_[next_].apart(jobs_[job])) return false;
        return true;
    }

    /** Which job has its turn, and which is cut into tiles. */
    void control(int64_t now, bool starts, bool turn, bool done, bool written) {
        const bool last = next_ == head_ + 1;
        if (starts) {
            started_at_ = now;
            jobs_[next_].base = pushed_;
            if (jobs_[next_].tiles > 0) cutting_ = 0;
            ++next_;
        }
        if (turn) state_ = jobs_[head_].tiles > 0 ? kRun : kEmpty;
        written_ = !done && (written_ || written);
        if (!done) return;
        state_ = kIdle;
        done_at_ = now;
        if (now < last_) events_[head_] = now + 1;
        ++head_;
        if (last) asked_ = stored_ = false;
        if (head_ == next_) empty_engine();
    }

    /** Nothing is left of the jobs that ran. */
    void empty_engine() {
        pushed_ = x_cut_ = w_cut_ = x_count_ = w_count_ = next_tile_ = y_front_ = 0;
        next_beat_ = {};
        valid_ = {};
        x_used_ = x_full_ = y_used_ = z_taken_ = {};
        y_full_ = z_full_ = {};
        w_used_.assign(t_.h * t_.w_sets, 0);
        w_full_ = w_used_;
        cascade_.assign(width_ + 2, Token{});
        current_ = Token{};
    }

    void push() {
        const Tile tile = cut(next_ - 1, cutting_);
        const Job& job = jobs_[tile.job];
        ring_[pushed_ & ring_mask_] = tile;
        ++pushed_;
        x_cut_ += job.x_pieces;
        w_cut_ += job.chunks;
        if (++cutting_ == job.tiles) cutting_ = -1;
    }

    /** A stream takes over its next tile with the last beat of the one before, if the descriptor is there. */
    void take_over(Stream stream, bool picked, int64_t pushed) {
        Position& next = next_beat_[stream];
        const bool free = !valid_[stream] || (picked && next.outer == 0 && next.inner == 0);
        if (stream != kY) {
            if (free) valid_[stream] = pushed > next.tile;
            return;
        }
        // Tiles of jobs that read no Y are passed over, one a cycle, whatever the stream is at.
        if (free) valid_[kY] = false;
        if (pushed <= y_front_) return;
        if (job(y_front_).t.reads_y) {
            if (!free) return;
            next = {y_front_};
            valid_[kY] = true;
        }
        ++y_front_;
    }

    /**
     * The stream with the earliest deadline, which is the tile and step at which the array needs its beat. Stores
     * of a job go before loads of a later one.
     */
    Stream arbitrate() const {
        Stream best = kNone;
        int64_t tile_due = INT64_MAX, step_due = 0;
        size_t storing = jobs_.size();
        const auto consider = [&](Stream stream, int64_t tile, int64_t due, int64_t step) {
            if (best == kZ && this->tile(tile).job != storing) return;
            if (due < tile_due || (due == tile_due && step < step_due)) {
                best = stream;
                tile_due = due;
                step_due = step;
            }
        };
        const Position &x = next_beat_[kX], &w = next_beat_[kW], &y = next_beat_[kY], &z = next_beat_[kZ];
        if (valid_[kZ]) {
            const Job& own = job(z.tile);
            storing = tile(z.tile).job;
            if ((own.copy && !own.t.reads_y) || z_full_[z.tile % 2] > z.outer) consider(kZ, z.tile, z.tile + 3, 0);
        }
        if (valid_[kY]) {
            const Job& own = job(y.tile);
            if (!(own.copy ? z_taken_ : y_used_)[y.tile % 2])
                consider(kY, y.tile, y.tile, y.outer * own.z_cols / (t_.p + 1));
        }
        if (valid_[kX] && !job(x.tile).copy && !x_used_[x_count_ % 2])
            consider(kX, x.tile, x.tile, x.outer * job(x.tile).x_elements);
        if (valid_[kW] && !job(w.tile).copy && !w_used_[w_slot(w.outer % t_.h, w_count_)])
            consider(kW, w.tile, w.tile, w.outer);
        return best;
    }

    size_t w_slot(int64_t element, int64_t count) const { return element * t_.w_sets + count % t_.w_sets; }

    /** The slot of a compute element with the W row of a token. */
    size_t w_slot(int64_t element, const Token& token) const {
        return w_slot(element, tile(token.tile).w_before + token.chunk);
    }

    int64_t x_bank(const Token& token) const {
        return (tile(token.tile).x_before + token.chunk * t_.h / job(token).x_elements) % 2;
    }

    /** Takes a stream's beat into the request register and steps the stream. */
    void issue(Stream stream) {
        Position& at = next_beat_[stream];
        const Tile& tile = this->tile(at.tile);
        const Job& job = jobs_[tile.job];
        request_ = {stream};
        request_.job = tile.job;
        const int64_t inner = stream == kW ? over(tile.cols * job.t.w_bytes, piece_) : tile.rows;
        if (++at.inner < inner) return;
        const int64_t outer = stream == kX ? job.x_pieces : stream == kW ? job.t.n : tile.pieces;
        const bool end = at.outer + 1 == outer;
        const Position done = at;
        at = end ? Position{at.tile + 1} : Position{at.tile, at.outer + 1};
        const int64_t bank = done.tile % 2;
        switch (stream) {
            case kX:
                request_.buffer = x_count_++ % 2;
                x_used_[request_.buffer] = true;
                break;
            case kW:
                request_.buffer = done.outer % t_.h;
                request_.set = w_count_ % t_.w_sets;
                w_used_[w_slot(request_.buffer, w_count_)] = true;
                if (end || (done.outer + 1) % t_.h == 0) ++w_count_;
                break;
            case kY:
                request_.buffer = bank;
                if (end) (job.copy ? z_taken_ : y_used_)[bank] = true;
                break;
            default:
                if (!end) break;
                z_taken_[bank] = false;
                z_full_[bank] = 0;
                request_.last = at.tile == job.base + job.tiles;
        }
    }

    /** The last beat of a buffer has arrived. */
    void fill(const Beat& beat) {
        if (beat.stream == kX)
            x_full_[beat.buffer] = true;
        else if (beat.stream == kW)
            w_full_[beat.buffer * t_.w_sets + beat.set] = true;
        else
            ++(jobs_[beat.job].copy ? z_full_ : y_full_)[beat.buffer];
    }

    /** The slots of a cycle: by what enters the cascade, or why nothing does. */
    void book(const Token& token, int64_t now) {
        asked_ |= request_.stream != kNone;
        stored_ |= request_.stream == kZ;
        if (!token) {
            const size_t owner = idle_owner(now);
            if (owner < jobs_.size()) slots_[owner][idle(now)] += t_.h * t_.l;
            return;
        }
        const Tile& tile = this->tile(token.tile);
        auto& slots = slots_[tile.job];
        if (token.col >= tile.cols) {
            slots[kPadK] += t_.h * t_.l;
            return;
        }
        const int64_t steps = std::min(t_.h, task(tile.job).n - token.chunk * t_.h);
        slots[kWorking] += tile.rows * steps;
        slots[kPadM] += (t_.l - tile.rows) * steps;
        slots[kPadN] += t_.l * (t_.h - steps);
    }

    /** The job to which a cycle belongs in which nothing enters: the one whose event it has, or else the oldest. */
    size_t idle_owner(int64_t now) const {
        if (now == done_at_ + 1) return head_ - 1;
        return head_ < jobs_.size() && task(head_).trigger < now ? head_ : jobs_.size();
    }

    /** What happens in the cycle, for people. */
    Step step(const Token& token, int64_t now, bool grant, bool advances) const {
        Step step;
        step.stream = static_cast<int8_t>(request_.stream);
        if (request_.stream != kNone) step.asking = static_cast<int32_t>(request_.job);
        step.granted = grant;
        step.advances = advances;
        const Token& out = aged(width_);
        if (advances && out && out.chunk == job(out).chunks - 1 && out.col < tile(out.tile).cols) {
            step.left_job = static_cast<int32_t>(tile(out.tile).job);
            step.left = static_cast<int32_t>(out.tile - job(out).base);
        }
        if (!token) {
            const size_t owner = idle_owner(now);
            if (owner == jobs_.size()) return step;
            step.job = static_cast<int32_t>(owner);
            step.cause = static_cast<int8_t>(idle(now));
            return step;
        }
        const Tile& tile = this->tile(token.tile);
        step.job = static_cast<int32_t>(tile.job);
        step.tile = static_cast<int32_t>(token.tile - jobs_[tile.job].base);
        step.chunk = static_cast<int32_t>(token.chunk);
        step.col = static_cast<int32_t>(token.col);
        const bool live = token.col < tile.cols;
        step.cause = live ? kWorking : kPadK;
        if (live) {
            step.rows = static_cast<int16_t>(tile.rows);
            step.steps = static_cast<int16_t>(std::min(t_.h, task(tile.job).n - token.chunk * t_.h));
        }
        return step;
    }

    /** Why nothing enters the cascade: of several reasons, that of the oldest job, and of its oldest tile. */
    Cause idle(int64_t now) const {
        if (now == done_at_ + 1 || state_ != kRun || !asked_) return kControl;
        const Job& oldest = jobs_[head_];
        if (oldest.copy) return stored_ ? kDrain : kFill;
        if (z_blocks()) return kZBlock;
        const bool inside = current_ && tile(current_.tile).job == head_;
        if (!inside && next_tile_ >= oldest.base + oldest.tiles) return kDrain;
        if (next_tile_ <= oldest.base) return kFill;
        if (current_ && lacks_y(current_)) return kWaitY;
        if (lacks_w()) return kWaitW;
        if (!current_ && next_tile_ >= pushed_) return kControl;
        const Token token = current_ ? current_ : Token{next_tile_};
        if (!current_ && lacks_y(token)) return kWaitY;
        return x_full_[x_bank(token)] ? kWaitW : kWaitX;
    }

    /** A column of a tile's first chunk cannot enter for want of its piece of Y. */
    bool lacks_y(const Token& token) const {
        const Job& own = job(token);
        if (!own.t.reads_y || token.chunk || token.col >= tile(token.tile).cols) return false;
        return y_full_[token.tile % 2] <= token.col / own.z_cols;
    }

    /** The token that has gone that many cycles with the cascade. */
    const Token& aged(int64_t cycles) const {
        const size_t at = entry_ + cycles;
        return cascade_[at < cascade_.size() ? at : at - cascade_.size()];
    }

    /** A compute element behind the first begins a step without its row of W. */
    bool lacks_w() const {
        for (int64_t h = 1; h < t_.h; ++h) {
            const Token& token = aged(h * (t_.p + 1) - 1);
            if (token && token.col == 0 && token.chunk * t_.h + h < job(token).t.n && !w_full_[w_slot(h, token)])
                return true;
        }
        return false;
    }

    /** A tile begins to leave, and its bank of Z still holds another. */
    bool z_blocks() const {
        const Token& out = aged(width_);
        return out && out.col == 0 && out.chunk == job(out).chunks - 1 && z_taken_[out.tile % 2];
    }

    /**
     * A tile could stop the array for want of the port, which a store has, while sums of the job before are to leave:
     * that job would end later for it.
     */
    bool in_the_way(int64_t next) const {
        if (!z_full_[0] && !z_full_[1]) return false;
        for (int64_t age = 0; age <= width_; ++age)
            if (aged(age) && tile(aged(age).tile).job != tile(next).job) return true;
        return false;
    }

    /** Finds the token that enters the first compute element in this cycle; tells whether the array advances. */
    bool entering(Token* token) const {
        Token next = current_;
        if (!next && next_tile_ < pushed_ && !job(next_tile_).copy && !in_the_way(next_tile_)) next = {next_tile_};
        if (next) {
            bool ready = !lacks_y(next);
            if (next.col == 0) ready = ready && x_full_[x_bank(next)] && w_full_[w_slot(0, next)];
            if (!ready && current_) return false;
            if (!ready) next = Token{};
        }
        if (lacks_w() || z_blocks()) return false;
        *token = next;
        return true;
    }

    void advance(const Token& token) {
        // The place of the token that has left becomes that of the one that enters.
        entry_ = entry_ ? entry_ - 1 : cascade_.size() - 1;
        cascade_[entry_] = token;
        leave(aged(width_ + 1));
        for (int64_t h = 0; h < t_.h; ++h) fetch(h, aged(h * (t_.p + 1)));
        if (!token) return;
        if (token.col + 1 < width_)
            current_ = {token.tile, token.chunk, token.col + 1};
        else if (token.chunk + 1 < job(token).chunks)
            current_ = {token.tile, token.chunk + 1, 0};
        else
            current_ = Token{};
        if (token.chunk == 0 && token.col == 0) next_tile_ = token.tile + 1;
    }

    /** A sum leaves the cascade; the last chunk's go to a bank of Z. */
    void leave(const Token& out) {
        if (!out || out.chunk != job(out).chunks - 1) return;
        const int64_t bank = out.tile % 2, cols = tile(out.tile).cols, piece = job(out).z_cols;
        if (out.col == 0) z_taken_[bank] = true;
        if (out.col == cols - 1 || (out.col < cols && (out.col + 1) % piece == 0)) ++z_full_[bank];
    }

    /** A compute element fetches its operands, and frees the buffers from which it has the last. */
    void fetch(int64_t h, const Token& token) {
        if (!token) return;
        const Job& own = job(token);
        const int64_t step = token.chunk * t_.h + h;
        if (step >= own.t.n) return;
        if (token.col == 0 && (step == own.t.n - 1 || step % own.x_elements == own.x_elements - 1)) {
            const int64_t bank = x_bank(token);
            x_used_[bank] = x_full_[bank] = false;
        }
        if (token.col != tile(token.tile).cols - 1) return;
        w_used_[w_slot(h, token)] = w_full_[w_slot(h, token)] = 0;
        if (h == 0 && token.chunk == 0 && own.t.reads_y) {
            const int64_t bank = token.tile % 2;
            y_used_[bank] = false;
            y_full_[bank] = 0;
        }
    }

    const Task t_;  // of which the shape of the instance counts
    std::vector<Job> jobs_;
    const int64_t *denied_, *denied_end_;
    int64_t width_, piece_;

    size_t head_ = 0, next_ = 0;  // the oldest job that has not ended; the next to enter the engine
    State state_ = kIdle;         // of the oldest job
    bool written_ = false;        // its last write was granted ahead of its turn
    int64_t started_at_ = 0, done_at_ = -2;
    int64_t cutting_ = -1;  // tile of the job before `next_` that is cut next; negative without one

    int64_t pushed_;          // tiles in the ring of descriptors so far
    int64_t x_cut_, w_cut_;   // their pieces of X and chunks of W
    std::vector<Tile> ring_;
    int64_t ring_mask_;
    std::array<Position, kStreams> next_beat_;
    std::array<bool, kStreams> valid_;  // the registers of the next beat hold one
    int64_t y_front_;                   // tile that the stream of Y comes to next
    int64_t x_count_, w_count_;
    std::array<bool, 2> x_used_, x_full_, y_used_, z_taken_;
    std::array<int64_t, 2> y_full_, z_full_;  // pieces that arrived, or left the array: they do so in order
    std::vector<char> w_used_, w_full_;
    Beat request_, answer_;
    std::vector<Token> cascade_;  // by age from `entry_` on
    size_t entry_ = 0;
    Token current_;
    int64_t next_tile_;
    bool asked_ = false, stored_ = false;  // a request, a store has been raised since the engine was empty
    std::vector<std::array<int64_t, kCauses>> slots_;
    int64_t last_ = 0;
    int64_t* events_ = nullptr;
    Step* steps_ = nullptr;
    int64_t room_ = 0;
};

}  // namespace

extern "C" {

/**
 * The cycle of each job's event, and its slots of each cause, of the jobs whose events come up to the cycle `last`.
 * Cycles in which a request waits are counted as the triggers are.
 */
void schedule_run(const Task* tasks, size_t count, const int64_t* denied, size_t denials, int64_t last,
                  int64_t* events, int64_t* slots) {
    Schedule(tasks, count, denied, denials).run(last, events, slots);
}

/** The same, and what happens in each cycle up to that one; those of no job keep what `steps` has. */
void schedule_trace(const Task* tasks, size_t count, const int64_t* denied, size_t denials, int64_t last,
                    int64_t* events, int64_t* slots, Step* steps) {
    Schedule(tasks, count, denied, denials).run(last, events, slots, steps, last);
}

}  // extern "C"
