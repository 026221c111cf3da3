// SPDX-License-Identifier: Apache-2.0
// The streams of the schedule and their arbitration for the port (schedule.cpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "schedule_tiles.h"

namespace schedule {
namespace {  // so that one file's functions are inlined as if they stood in it

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

class Port {
   public:
    Port(const Task& task, const Tiler& tiles, Buffers& buffers)
        : h_(task.h), p_(task.p), w_sets_(task.w_sets), piece_(task.piece()), tiles_(tiles), buffers_(buffers) {
        empty();
    }

    /** What is asked for, and what a load granted in the cycle before brings. */
    const Beat& request() const { return request_; }
    const Beat& answer() const { return answer_; }

    /** The tile from which the next store is. */
    int64_t storing() const { return next_[kZ].tile; }

    void empty() {
        next_ = {};
        valid_ = {};
        x_count_ = w_count_ = y_front_ = 0;
    }

    /**
     * The stream with the earliest deadline, which is the tile and step at which the array needs its beat. Stores
     * of a job go before loads of a later one.
     */
    Stream arbitrate() const {
        Stream best = kNone;
        int64_t tile_due = INT64_MAX, step_due = 0;
        size_t storing = tiles_.jobs();
        const auto consider = [&](Stream stream, int64_t tile, int64_t due, int64_t step) {
            if (best == kZ && tiles_.tile(tile).job != storing) return;
            if (due < tile_due || (due == tile_due && step < step_due)) {
                best = stream;
                tile_due = due;
                step_due = step;
            }
        };
        const Position &x = next_[kX], &w = next_[kW], &y = next_[kY], &z = next_[kZ];
        if (valid_[kZ]) {
            const Job& own = tiles_.job_of(z.tile);
            storing = tiles_.tile(z.tile).job;
            if ((own.copy && !own.t.reads_y) || buffers_.z_full[z.tile % 2] > z.outer)
                consider(kZ, z.tile, z.tile + 3, 0);
        }
        if (valid_[kY]) {
            const Job& own = tiles_.job_of(y.tile);
            if (!(own.copy ? buffers_.z_taken : buffers_.y_used)[y.tile % 2])
                consider(kY, y.tile, y.tile, y.outer * own.z_cols / (p_ + 1));
        }
        if (valid_[kX] && !tiles_.job_of(x.tile).copy && !buffers_.x_used[x_count_ % 2])
            consider(kX, x.tile, x.tile, x.outer * tiles_.job_of(x.tile).x_elements);
        if (valid_[kW] && !tiles_.job_of(w.tile).copy && !buffers_.w_used[buffers_.w_slot(w.outer % h_, w_count_)])
            consider(kW, w.tile, w.tile, w.outer);
        return best;
    }

    /** The edge of a cycle: whether a load was granted, the request made way for the pick, and the tiles there were. */
    void step(bool loaded, bool free, Stream pick, int64_t pushed) {
        answer_ = loaded ? request_ : Beat{};
        if (free) request_ = Beat{};
        if (pick != kNone) issue(pick);
        for (int stream = kX; stream < kStreams; ++stream) take_over(static_cast<Stream>(stream), stream == pick, pushed);
    }

    /** The last beat of a buffer has arrived. */
    void fill(const Beat& beat) {
        if (beat.stream == kX)
            buffers_.x_full[beat.buffer] = true;
        else if (beat.stream == kW)
            buffers_.w_full[beat.buffer * w_sets_ + beat.set] = true;
        else
            ++(tiles_.job(beat.job).copy ? buffers_.z_full : buffers_.y_full)[beat.buffer];
    }

   private:
    /** A stream takes over its next tile with the last beat of the one before, if the descriptor is there. */
    void take_over(Stream stream, bool picked, int64_t pushed) {
        Position& next = next_[stream];
        const bool free = !valid_[stream] || (picked && next.outer == 0 && next.inner == 0);
        if (stream != kY) {
            if (free) valid_[stream] = pushed > next.tile;
            return;
        }
        // Tiles of jobs that read no Y are passed over, one a cycle, whatever the stream is at.
        if (free) valid_[kY] = false;
        if (pushed <= y_front_) return;
        if (tiles_.job_of(y_front_).t.reads_y) {
            if (!free) return;
            next = {y_front_};
            valid_[kY] = true;
        }
        ++y_front_;
    }

    /** Takes a stream's beat into the request register and steps the stream. */
    void issue(Stream stream) {
        Position& at = next_[stream];
        const Tile& tile = tiles_.tile(at.tile);
        const Job& job = tiles_.job(tile.job);
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
                buffers_.x_used[request_.buffer] = true;
                break;
            case kW:
                request_.buffer = done.outer % h_;
                request_.set = w_count_ % w_sets_;
                buffers_.w_used[buffers_.w_slot(request_.buffer, w_count_)] = true;
                if (end || (done.outer + 1) % h_ == 0) ++w_count_;
                break;
            case kY:
                request_.buffer = bank;
                if (end) (job.copy ? buffers_.z_taken : buffers_.y_used)[bank] = true;
                break;
            default:
                if (!end) break;
                buffers_.z_taken[bank] = false;
                buffers_.z_full[bank] = 0;
                request_.last = at.tile == job.base + job.tiles;
        }
    }

    const int64_t h_, p_, w_sets_, piece_;
    const Tiler& tiles_;
    Buffers& buffers_;
    std::array<Position, kStreams> next_;
    std::array<bool, kStreams> valid_;  // the registers of the next beat hold one
    int64_t y_front_;                   // tile that the stream of Y comes to next
    int64_t x_count_, w_count_;         // pieces of X and chunks of W that were asked for
    Beat request_, answer_;
};

}  // namespace
}  // namespace schedule
