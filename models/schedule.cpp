// SPDX-License-Identifier: Apache-2.0
// Schedule of the array, cycle by cycle, for models/schedule.py: who uses the port and the array in which cycle.
//
// It knows sizes and addresses, not numbers. One call of `cycle` is one clock cycle: what it decides comes from the
// state before the edge. The number of buffers, the order of arbitration and the latencies were settled with it before
// the RTL was written (docs/accelerator.md), and the RTL is held to it to the cycle.
//
// Jobs are cut into tiles (schedule_tiles.h), whose streams share the port (schedule_port.h) and whose columns go
// through the array (schedule_cascade.h). This file has whose turn it is, and what each cycle is booked as.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "schedule_cascade.h"
#include "schedule_job.h"
#include "schedule_port.h"
#include "schedule_tiles.h"

namespace schedule {
namespace {

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
        : t_(*tasks),
          denied_(denied),
          denied_end_(denied + denials),
          tiles_(tasks, count),
          buffers_(t_, tiles_),
          port_(t_, tiles_, buffers_),
          cascade_(t_, tiles_, buffers_),
          slots_(count) {}

    /**
     * The cycle of each job's event and the slots of each cause, of those that end up to a cycle; others keep what
     * is there. What happens in each of the first cycles goes to `steps`, which has room for so many.
     */
    void run(int64_t last, int64_t* events, int64_t* slots, Step* steps = nullptr, int64_t room = 0) {
        last_ = last;
        steps_ = steps;
        room_ = room;
        events_ = events;
        for (int64_t now = 1; now <= last && (head_ < tiles_.jobs() || now == done_at_ + 1); ++now) {
            if (head_ == next_ && state_ == kIdle && now != done_at_ + 1) now = std::max(now, trigger(head_) + 1);
            cycle(now);
        }
        for (size_t job = 0; job < head_; ++job) std::copy(slots_[job].begin(), slots_[job].end(), slots + job * kCauses);
    }

   private:
    enum State { kIdle, kRun, kEmpty };

    int64_t trigger(size_t job) const { return tiles_.job(job).t.trigger; }

    bool granted(int64_t now) {
        while (denied_ != denied_end_ && *denied_ < now) ++denied_;
        return denied_ == denied_end_ || *denied_ != now;
    }

    void cycle(int64_t now) {
        const size_t oldest = head_;
        const Beat& request = port_.request();
        const bool asking = request.stream != kNone, grant = asking && granted(now);
        const bool written = grant && request.last, free = !asking || grant;
        const bool starts = may_start(now), turn = state_ == kIdle && head_ < tiles_.jobs() && trigger(head_) < now;
        const bool done = state_ == kEmpty || (state_ == kRun && (written || written_ > 0));
        const Stream pick = free ? port_.arbitrate() : kNone;
        const Beat filled = port_.answer();
        Token token;
        const bool advances = cascade_.entering(&token);
        book(token, now);
        if (now <= room_) steps_[now - 1] = step(token, now, grant, advances);
        const bool pushes = tiles_.pushes(port_.storing());
        // edge
        port_.step(grant && request.stream != kZ, free, pick, tiles_.pushed());
        if (pushes) tiles_.push();
        if (advances) cascade_.advance(token);
        if (filled.buffer >= 0) port_.fill(filled);
        control(now, starts, turn, done, written);
        earlier_ = oldest;
    }

    /** The next job can enter the engine: it is empty, or the job fits behind what runs. */
    bool may_start(int64_t now) const {
        if (next_ == tiles_.jobs() || trigger(next_) >= now) return false;
        if (head_ == next_) return state_ == kIdle;
        // The comparison of addresses takes two cycles from when the job is the next one.
        if (tiles_.cuts() || now < std::max(trigger(next_), started_at_) + 3) return false;
        const auto plain = [&](size_t job) { return tiles_.job(job).tiles > 0 && !tiles_.job(job).copy; };
        if (!plain(next_)) return false;
        // It was compared a cycle before, with the jobs that were in the engine then.
        for (size_t job = earlier_; job < next_; ++job)
            if (!plain(job) || !tiles_.job(next_).apart(tiles_.job(job))) return false;
        return true;
    }

    /** Which job has its turn, and which is cut into tiles. */
    void control(int64_t now, bool starts, bool turn, bool done, bool written) {
        const bool last = next_ == head_ + 1;
        if (starts) {
            started_at_ = now;
            tiles_.start(next_);
            ++next_;
        }
        if (turn) state_ = tiles_.job(head_).tiles > 0 ? kRun : kEmpty;
        written_ += written;
        if (!done) return;
        if (state_ == kRun) --written_;
        state_ = kIdle;
        done_at_ = now;
        if (now < last_) events_[head_] = now + 1;
        ++head_;
        if (last) asked_ = stored_ = false;
        if (head_ == next_) empty_engine();
    }

    /** Nothing is left of the jobs that ran. */
    void empty_engine() {
        tiles_.empty();
        buffers_.empty();
        port_.empty();
        cascade_.empty();
    }

    /** The slots of a cycle: by what enters the cascade, or why nothing does. */
    void book(const Token& token, int64_t now) {
        asked_ |= port_.request().stream != kNone;
        stored_ |= port_.request().stream == kZ;
        if (!token) {
            const size_t owner = idle_owner(now);
            if (owner < tiles_.jobs()) slots_[owner][idle(now)] += t_.h * t_.l;
            return;
        }
        const Tile& tile = tiles_.tile(token.tile);
        auto& slots = slots_[tile.job];
        if (token.col >= tile.cols) {
            slots[kPadK] += t_.h * t_.l;
            return;
        }
        const int64_t steps = tiles_.job(tile.job).steps(token.chunk);
        slots[kWorking] += tile.rows * steps;
        slots[kPadM] += (t_.l - tile.rows) * steps;
        slots[kPadN] += t_.l * (t_.h - steps);
    }

    /** The job to which a cycle belongs in which nothing enters: the one whose event it has, or else the oldest. */
    size_t idle_owner(int64_t now) const {
        if (now == done_at_ + 1) return head_ - 1;
        return head_ < tiles_.jobs() && trigger(head_) < now ? head_ : tiles_.jobs();
    }

    /** What happens in the cycle, for people. */
    Step step(const Token& token, int64_t now, bool grant, bool advances) const {
        Step step;
        const Beat& request = port_.request();
        step.stream = static_cast<int8_t>(request.stream);
        if (request.stream != kNone) step.asking = static_cast<int32_t>(request.job);
        step.granted = grant;
        step.advances = advances;
        const Token* out = cascade_.leaving();
        if (advances && out != nullptr && out->col < tiles_.tile(out->tile).cols) {
            step.left_job = static_cast<int32_t>(tiles_.tile(out->tile).job);
            step.left = static_cast<int32_t>(out->tile - tiles_.job_of(*out).base);
        }
        if (!token) {
            const size_t owner = idle_owner(now);
            if (owner == tiles_.jobs()) return step;
            step.job = static_cast<int32_t>(owner);
            step.cause = static_cast<int8_t>(idle(now));
            return step;
        }
        const Tile& tile = tiles_.tile(token.tile);
        const Job& job = tiles_.job(tile.job);
        step.job = static_cast<int32_t>(tile.job);
        step.tile = static_cast<int32_t>(token.tile - job.base);
        step.chunk = static_cast<int32_t>(token.chunk);
        step.col = static_cast<int32_t>(token.col);
        const bool live = token.col < tile.cols;
        step.cause = live ? kWorking : kPadK;
        if (live) {
            step.rows = static_cast<int16_t>(tile.rows);
            step.steps = static_cast<int16_t>(job.steps(token.chunk));
        }
        return step;
    }

    /** Why nothing enters the cascade: of several reasons, that of the oldest job, and of its oldest tile. */
    Cause idle(int64_t now) const {
        if (now == done_at_ + 1 || state_ != kRun || !asked_) return kControl;
        const Job& oldest = tiles_.job(head_);
        const Token& current = cascade_.current();
        if (oldest.copy) return stored_ ? kDrain : kFill;
        if (cascade_.z_blocks()) return kZBlock;
        const bool inside = current && tiles_.tile(current.tile).job == head_;
        if (!inside && cascade_.next_tile() >= oldest.base + oldest.tiles) return kDrain;
        if (cascade_.next_tile() <= oldest.base) return kFill;
        if (current && buffers_.lacks_y(current)) return kWaitY;
        if (cascade_.lacks_w()) return kWaitW;
        if (!current && cascade_.next_tile() >= tiles_.pushed()) return kControl;
        const Token token = current ? current : Token{cascade_.next_tile()};
        if (!current && buffers_.lacks_y(token)) return kWaitY;
        return buffers_.x_full[buffers_.x_bank(token)] ? kWaitW : kWaitX;
    }

    const Task t_;  // of which the shape of the instance counts
    const int64_t *denied_, *denied_end_;
    Tiler tiles_;
    Buffers buffers_;
    Port port_;
    Cascade cascade_;

    size_t head_ = 0, next_ = 0;  // the oldest job that has not ended; the next to enter the engine
    State state_ = kIdle;         // of the oldest job
    size_t earlier_ = 0;          // the oldest job a cycle before
    int written_ = 0;             // jobs whose last write was granted ahead of their turn
    int64_t started_at_ = 0, done_at_ = -2;
    bool asked_ = false, stored_ = false;  // a request, a store has been raised since the engine was empty
    std::vector<std::array<int64_t, kCauses>> slots_;
    int64_t last_ = 0;
    int64_t* events_ = nullptr;
    Step* steps_ = nullptr;
    int64_t room_ = 0;
};

}  // namespace
}  // namespace schedule

extern "C" {

/**
 * The cycle of each job's event, and its slots of each cause, of the jobs whose events come up to the cycle `last`.
 * Cycles in which a request waits are counted as the triggers are.
 */
void schedule_run(const schedule::Task* tasks, size_t count, const int64_t* denied, size_t denials, int64_t last,
                  int64_t* events, int64_t* slots) {
    schedule::Schedule(tasks, count, denied, denials).run(last, events, slots);
}

/** The same, and what happens in each cycle up to that one; those of no job keep what `steps` has. */
void schedule_trace(const schedule::Task* tasks, size_t count, const int64_t* denied, size_t denials, int64_t last,
                    int64_t* events, int64_t* slots, schedule::Step* steps) {
    schedule::Schedule(tasks, count, denied, denials).run(last, events, slots, steps, last);
}

}  // extern "C"
