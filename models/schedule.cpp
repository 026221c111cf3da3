// SPDX-License-Identifier: Apache-2.0
// Schedule of the array, cycle by cycle, for models/schedule.py: who uses the port and the array in which cycle.
//
// It knows sizes, not numbers. One call of `cycle` is one clock cycle: what it decides comes from the state before the
// edge. The number of buffers, the order of arbitration and the latencies were settled with it before the RTL was written
// (docs/accelerator.md), and the RTL is held to it to the cycle.
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace {

enum Cause { kControl, kFill, kWorking, kPadM, kPadN, kPadK, kWaitX, kWaitW, kWaitY, kZBlock, kDrain, kCauses };
enum Stream { kX, kW, kY, kZ, kStreams, kNone };

constexpr int64_t kMostCycles = int64_t{1} << 40;

int64_t over(int64_t a, int64_t b) { return (a + b - 1) / b; }

/** An instance of the array with the depth of its buffers, and a job, as `models/schedule.py` hands them over. */
struct Task {
    int64_t h, l, p, dw;
    int64_t w_sets;  // W rows buffered for each compute element, the active one included
    int64_t ring;    // tile descriptors between tiler and the last store
    int64_t m, n, k;
    int64_t reads_y;
    int64_t x_bytes, w_bytes, z_bytes;  // of an element
};

struct Tile {
    int64_t rows, cols;
    int64_t pieces;  // of the port's payload, in a row of Y and Z
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
    int64_t buffer = -1, set = 0;
    bool last = false;  // the job's last write
};

/** A cycle of a job, as `models/schedule.py` reads it. */
struct Step {
    int32_t tile = -1, chunk = -1, col = -1;  // of the column that enters the cascade; -1 without one
    int32_t left = -1;                        // tile whose finished sums leave it; -1 without any
    int16_t rows = 0, steps = 0;              // of that column, as far as the job has them
    int8_t stream = kNone;                    // the one whose request is on the port
    int8_t granted = 0, advances = 0;
    int8_t cause = kControl;  // of the cycle, or of a column's first slot
};

class Schedule {
   public:
    Schedule(const Task& task, const int64_t* denied, size_t denials)
        : t_(task), denied_(denied), denied_end_(denied + denials) {
        copy_ = t_.n == 0;
        width_ = t_.h * (t_.p + 1);
        piece_ = t_.dw / 8;
        chunks_ = over(t_.n, t_.h);
        x_pieces_ = over(t_.n * t_.x_bytes, piece_);
        z_cols_ = piece_ / t_.z_bytes;
        x_elements_ = piece_ / t_.x_bytes;
        const int64_t full = t_.m * t_.k * t_.z_bytes / piece_, rest = t_.m * t_.k * t_.z_bytes % piece_;
        across_ = over(t_.k, width_);
        tiles_ = copy_ ? over(full, t_.l) + (rest > 0) : over(t_.m, t_.l) * across_;
        full_ = full;
        rest_ = rest;
        w_used_.assign(t_.h * t_.w_sets, 0);
        w_full_ = w_used_;
        cascade_.assign(width_ + 2, Token{});
        ring_.resize(std::bit_ceil(static_cast<uint64_t>(t_.ring)) * 2);  // a tile leaves it before its last sum does
        ring_mask_ = static_cast<int64_t>(ring_.size()) - 1;
    }

    /**
     * Cycles from the trigger's grant to the event, and the slots of each cause; negative if it does not end.
     * What happens in each of the first cycles goes to `steps`, which has room for so many.
     */
    int64_t run(int64_t* slots, Step* steps = nullptr, int64_t room = 0) {
        steps_ = steps;
        room_ = room;
        const int64_t all = t_.h * t_.l;
        std::fill(slots_.begin(), slots_.end(), 0);
        int64_t now = 1;
        if (tiles_ == 0) {
            now = 2;  // one cycle to see the job, one to see that it is empty, the event register
            slots_[kControl] = 2 * all;
        } else {
            while (!cycle(now))
                if (++now > kMostCycles) return -1;
        }
        slots_[kControl] += all;  // the event
        std::copy(slots_.begin(), slots_.end(), slots);
        return now + 1;
    }

   private:
    /** A tile whose descriptor is in the ring. */
    const Tile& tile(int64_t index) const { return ring_[index & ring_mask_]; }

    Tile cut(int64_t index) const {
        if (copy_) {
            // A job without steps is a copy of a byte range, in rows as wide as the port.
            if (index * t_.l >= full_) return {1, rest_, 1};
            return {std::min(t_.l, full_ - index * t_.l), piece_, 1};
        }
        const int64_t cols = std::min(width_, t_.k - index % across_ * width_);
        return {std::min(t_.l, t_.m - index / across_ * t_.l), cols, over(cols * t_.z_bytes, piece_)};
    }

    bool granted(int64_t now) {
        while (denied_ != denied_end_ && *denied_ < now) ++denied_;
        return denied_ == denied_end_ || *denied_ != now;
    }

    bool cycle(int64_t now) {
        const bool asking = request_.stream != kNone, grant = asking && granted(now);
        const bool done = grant && request_.last, can_load = !asking || grant;
        const Stream pick = can_load ? arbitrate() : kNone;
        const Beat filled = answer_;
        answer_ = grant && request_.stream != kZ ? request_ : Beat{};
        Token token;
        const bool advances = entering(&token);
        book(token);
        if (now <= room_) steps_[now - 1] = step(token, grant, advances);
        const int64_t pushed = pushed_;
        // edge
        if (can_load) request_ = Beat{};
        if (pick != kNone) issue(pick);
        for (int stream = kX; stream < kStreams; ++stream) {
            const Position& next = next_[stream];
            const bool moved_on = stream == pick && next.outer == 0 && next.inner == 0;
            if (!valid_[stream] || moved_on) valid_[stream] = pushed > next.tile;
        }
        if (now >= 2 && pushed_ < tiles_ && pushed_ - next_[kZ].tile < t_.ring) push();
        if (advances) advance(token);
        if (filled.buffer >= 0) fill(filled);
        return done;
    }

    void push() {
        ring_[pushed_ & ring_mask_] = cut(pushed_);
        ++pushed_;
    }

    /** The stream with the earliest deadline, which is the tile and step at which the array needs its beat. */
    Stream arbitrate() const {
        Stream best = kNone;
        int64_t tile_due = INT64_MAX, step_due = 0;
        const auto consider = [&](Stream stream, int64_t tile, int64_t step) {
            if (tile < tile_due || (tile == tile_due && step < step_due)) {
                best = stream;
                tile_due = tile;
                step_due = step;
            }
        };
        const Position &x = next_[kX], &w = next_[kW], &y = next_[kY], &z = next_[kZ];
        const bool zeros = copy_ && !t_.reads_y;
        if (valid_[kZ] && (zeros || z_full_[z.tile % 2] > z.outer)) consider(kZ, z.tile + 3, 0);
        if (valid_[kY] && t_.reads_y && !(copy_ ? z_taken_ : y_used_)[y.tile % 2])
            consider(kY, y.tile, y.outer * z_cols_ / (t_.p + 1));
        if (copy_) return best;
        if (valid_[kX] && !x_used_[x_count_ % 2]) consider(kX, x.tile, x.outer * x_elements_);
        if (valid_[kW] && !w_used_[w_slot(w.outer % t_.h, w_count_)]) consider(kW, w.tile, w.outer);
        return best;
    }

    size_t w_slot(int64_t element, int64_t count) const { return element * t_.w_sets + count % t_.w_sets; }

    /** The slot of a compute element with the W row of a token. */
    size_t w_slot(int64_t element, const Token& token) const {
        return w_slot(element, token.tile * chunks_ + token.chunk);
    }

    int64_t x_bank(const Token& token) const {
        return (token.tile * x_pieces_ + token.chunk * t_.h / x_elements_) % 2;
    }

    /** Takes a stream's beat into the request register and steps the stream. */
    void issue(Stream stream) {
        Position& at = next_[stream];
        const Tile& tile = this->tile(at.tile);
        request_ = {stream};
        const int64_t inner = stream == kW ? over(tile.cols * t_.w_bytes, piece_) : tile.rows;
        if (++at.inner < inner) return;
        const int64_t outer = stream == kX ? x_pieces_ : stream == kW ? t_.n : tile.pieces;
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
                if (end) (copy_ ? z_taken_ : y_used_)[bank] = true;
                break;
            default:
                if (!end) break;
                z_taken_[bank] = false;
                z_full_[bank] = 0;
                request_.last = at.tile == tiles_;
        }
    }

    /** The last beat of a buffer has arrived. */
    void fill(const Beat& beat) {
        if (beat.stream == kX)
            x_full_[beat.buffer] = true;
        else if (beat.stream == kW)
            w_full_[beat.buffer * t_.w_sets + beat.set] = true;
        else
            ++(copy_ ? z_full_ : y_full_)[beat.buffer];
    }

    /** The slots of a cycle: by what enters the cascade, or why nothing does. */
    void book(const Token& token) {
        asked_ |= request_.stream != kNone;
        stored_ |= request_.stream == kZ;
        if (!token) {
            slots_[idle()] += t_.h * t_.l;
            return;
        }
        const Tile& tile = this->tile(token.tile);
        if (token.col >= tile.cols) {
            slots_[kPadK] += t_.h * t_.l;
            return;
        }
        const int64_t steps = std::min(t_.h, t_.n - token.chunk * t_.h);
        slots_[kWorking] += tile.rows * steps;
        slots_[kPadM] += (t_.l - tile.rows) * steps;
        slots_[kPadN] += t_.l * (t_.h - steps);
    }

    /** What happens in the cycle, for people. */
    Step step(const Token& token, bool grant, bool advances) const {
        Step step;
        step.stream = static_cast<int8_t>(request_.stream);
        step.granted = grant;
        step.advances = advances;
        const Token& out = aged(width_);
        if (advances && out && out.chunk == chunks_ - 1 && out.col < tile(out.tile).cols)
            step.left = static_cast<int32_t>(out.tile);
        if (!token) {
            step.cause = static_cast<int8_t>(idle());
            return step;
        }
        step.tile = static_cast<int32_t>(token.tile);
        step.chunk = static_cast<int32_t>(token.chunk);
        step.col = static_cast<int32_t>(token.col);
        const bool live = token.col < tile(token.tile).cols;
        step.cause = live ? kWorking : kPadK;
        if (live) {
            step.rows = static_cast<int16_t>(tile(token.tile).rows);
            step.steps = static_cast<int16_t>(std::min(t_.h, t_.n - token.chunk * t_.h));
        }
        return step;
    }

    /** Why nothing enters the cascade: of several reasons, that of the oldest tile. */
    Cause idle() const {
        if (!asked_) return kControl;
        if (copy_) return stored_ ? kDrain : kFill;
        if (z_blocks()) return kZBlock;
        if (!current_ && next_tile_ == tiles_) return kDrain;
        if (next_tile_ == 0) return kFill;
        if (current_ && lacks_y(current_)) return kWaitY;
        if (lacks_w()) return kWaitW;
        if (!current_ && next_tile_ >= pushed_) return kControl;
        const Token token = current_ ? current_ : Token{next_tile_};
        if (!current_ && lacks_y(token)) return kWaitY;
        return x_full_[x_bank(token)] ? kWaitW : kWaitX;
    }

    /** A column of a tile's first chunk cannot enter for want of its piece of Y. */
    bool lacks_y(const Token& token) const {
        if (!t_.reads_y || token.chunk || token.col >= tile(token.tile).cols) return false;
        return y_full_[token.tile % 2] <= token.col / z_cols_;
    }

    /** The token that has gone that many cycles with the cascade. */
    const Token& aged(int64_t cycles) const {
        const size_t at = head_ + cycles;
        return cascade_[at < cascade_.size() ? at : at - cascade_.size()];
    }

    /** A compute element behind the first begins a step without its row of W. */
    bool lacks_w() const {
        for (int64_t h = 1; h < t_.h; ++h) {
            const Token& token = aged(h * (t_.p + 1) - 1);
            if (token && token.col == 0 && token.chunk * t_.h + h < t_.n && !w_full_[w_slot(h, token)]) return true;
        }
        return false;
    }

    /** A tile begins to leave, and its bank of Z still holds another. */
    bool z_blocks() const {
        const Token& out = aged(width_);
        return out && out.col == 0 && out.chunk == chunks_ - 1 && z_taken_[out.tile % 2];
    }

    /** Finds the token that enters the first compute element in this cycle; tells whether the array advances. */
    bool entering(Token* token) const {
        if (copy_) return true;
        Token next = current_;
        if (!next && next_tile_ < pushed_) next = {next_tile_};
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
        head_ = head_ ? head_ - 1 : cascade_.size() - 1;
        cascade_[head_] = token;
        leave(aged(width_ + 1));
        for (int64_t h = 0; h < t_.h; ++h) fetch(h, aged(h * (t_.p + 1)));
        if (!token) return;
        if (token.col + 1 < width_)
            current_ = {token.tile, token.chunk, token.col + 1};
        else if (token.chunk + 1 < chunks_)
            current_ = {token.tile, token.chunk + 1, 0};
        else
            current_ = Token{};
        if (token.chunk == 0 && token.col == 0) next_tile_ = token.tile + 1;
    }

    /** A sum leaves the cascade; the last chunk's go to a bank of Z. */
    void leave(const Token& out) {
        if (!out || out.chunk != chunks_ - 1) return;
        const int64_t bank = out.tile % 2, cols = tile(out.tile).cols;
        if (out.col == 0) z_taken_[bank] = true;
        if (out.col == cols - 1 || (out.col < cols && (out.col + 1) % z_cols_ == 0)) ++z_full_[bank];
    }

    /** A compute element fetches its operands, and frees the buffers from which it has the last. */
    void fetch(int64_t h, const Token& token) {
        const int64_t step = token.chunk * t_.h + h;
        if (!token || step >= t_.n) return;
        if (token.col == 0 && (step == t_.n - 1 || step % x_elements_ == x_elements_ - 1)) {
            const int64_t bank = x_bank(token);
            x_used_[bank] = x_full_[bank] = false;
        }
        if (token.col != tile(token.tile).cols - 1) return;
        w_used_[w_slot(h, token)] = w_full_[w_slot(h, token)] = 0;
        if (h == 0 && token.chunk == 0 && t_.reads_y) {
            const int64_t bank = token.tile % 2;
            y_used_[bank] = false;
            y_full_[bank] = 0;
        }
    }

    const Task t_;
    const int64_t *denied_, *denied_end_;
    bool copy_;
    int64_t width_, piece_, chunks_, x_pieces_, x_elements_, z_cols_, across_, tiles_, full_, rest_;

    int64_t pushed_ = 0;  // tiles in the ring of descriptors so far
    std::vector<Tile> ring_;
    int64_t ring_mask_;
    std::array<Position, kStreams> next_{};
    std::array<bool, kStreams> valid_{};  // the registers of the next beat hold one
    int64_t x_count_ = 0, w_count_ = 0;
    std::array<bool, 2> x_used_{}, x_full_{}, y_used_{}, z_taken_{};
    std::array<int64_t, 2> y_full_{}, z_full_{};  // pieces that arrived, or left the array: they do so in order
    std::vector<char> w_used_, w_full_;
    Beat request_, answer_;
    std::vector<Token> cascade_;  // by age from `head_` on
    size_t head_ = 0;
    Token current_;
    int64_t next_tile_ = 0;
    bool asked_ = false, stored_ = false;  // a request, a store has been raised
    std::array<int64_t, kCauses> slots_{};
    Step* steps_ = nullptr;
    int64_t room_ = 0;
};

}  // namespace

extern "C" {

/** Cycles of a job from its trigger's grant to its event; those in which a request waits are counted from that grant. */
int64_t schedule_run(const Task* task, const int64_t* denied, size_t denials, int64_t* slots) {
    return Schedule(*task, denied, denials).run(slots);
}

/** The same, and what happens in each of the first `room` cycles; that of the event keeps what `steps` has. */
int64_t schedule_trace(const Task* task, const int64_t* denied, size_t denials, int64_t* slots, Step* steps,
                       int64_t room) {
    return Schedule(*task, denied, denials).run(slots, steps, room);
}

}  // extern "C"
