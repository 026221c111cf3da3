// SPDX-License-Identifier: Apache-2.0
// The schedule's tiler with its ring of descriptors, and the buffers between port and array (schedule.cpp).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "schedule_job.h"

namespace schedule {
namespace {  // so that one file's functions are inlined as if they stood in it

/** Cuts jobs into tiles, one a cycle, numbered from when the engine was empty; knows those in the ring. */
class Tiler {
   public:
    Tiler(const Task* tasks, size_t count) : t_(*tasks), jobs_(tasks, tasks + count) {
        ring_.resize(std::bit_ceil(static_cast<uint64_t>(t_.ring)) * 2);  // a tile leaves it before its last sum does
        mask_ = static_cast<int64_t>(ring_.size()) - 1;
    }

    size_t jobs() const { return jobs_.size(); }
    const Job& job(size_t number) const { return jobs_[number]; }

    /** A tile whose descriptor is in the ring, and its job. */
    const Tile& tile(int64_t index) const { return ring_[index & mask_]; }
    const Job& job_of(int64_t index) const { return jobs_[tile(index).job]; }
    const Job& job_of(const Token& token) const { return job_of(token.tile); }

    /** Tiles that were pushed into the ring so far. */
    int64_t pushed() const { return pushed_; }

    bool cuts() const { return cutting_ >= 0; }
    bool pushes(int64_t stored) const { return cuts() && pushed_ - stored < t_.ring; }

    void start(size_t number) {
        cut_ = number;
        jobs_[number].base = pushed_;
        if (jobs_[number].tiles > 0) cutting_ = 0;
    }

    void push() {
        const Job& job = jobs_[cut_];
        ring_[pushed_ & mask_] = next(job);
        ++pushed_;
        x_cut_ += job.x_pieces;
        w_cut_ += job.chunks;
        if (++cutting_ == job.tiles) cutting_ = -1;
    }

    void empty() { pushed_ = x_cut_ = w_cut_ = 0; }

   private:
    Tile next(const Job& job) const {
        const Task& t = job.t;
        if (job.copy) {
            if (cutting_ * t.rows >= job.full) return {cut_, 1, job.rest, 1, 0, 0};
            return {cut_, std::min(t.rows, job.full - cutting_ * t.rows), t.piece(), 1, 0, 0};
        }
        const int64_t cols = std::min(t.width(), t.k - cutting_ % job.across * t.width());
        const int64_t rows = std::min(t.rows, t.m - cutting_ / job.across * t.rows);
        return {cut_, rows, cols, over(cols * t.z_bytes, t.piece()), x_cut_, w_cut_};
    }

    const Task t_;  // of which the shape of the instance counts
    std::vector<Job> jobs_;
    std::vector<Tile> ring_;
    int64_t mask_;
    size_t cut_ = 0;                              // the job that is cut, and
    int64_t cutting_ = -1;                        // its tile that is next; negative without one
    int64_t pushed_ = 0, x_cut_ = 0, w_cut_ = 0;  // tiles in the ring so far, their pieces of X and chunks of W
};

/** What the buffers hold: used from the first request of their beats on, full when the last has come. */
struct Buffers {
    Buffers(const Task& task, const Tiler& tiler) : h(task.h), w_sets(task.w_sets), tiles(tiler) { empty(); }

    void empty() {
        x_used = x_full = y_used = z_taken = {};
        y_full = z_full = {};
        w_used.assign(h * w_sets, 0);
        w_full = w_used;
    }

    size_t w_slot(int64_t element, int64_t count) const { return element * w_sets + count % w_sets; }

    /** The slot of a compute element with the W row of a token. */
    size_t w_slot(int64_t element, const Token& token) const {
        return w_slot(element, tiles.tile(token.tile).w_before + token.chunk);
    }

    int64_t x_bank(const Token& token) const {
        return (tiles.tile(token.tile).x_before + token.chunk * h / tiles.job_of(token).x_elements) % 2;
    }

    /** A column of a tile's first chunk cannot enter for want of its piece of Y. */
    bool lacks_y(const Token& token) const {
        const Job& own = tiles.job_of(token);
        if (!own.t.reads_y || token.chunk || token.col >= tiles.tile(token.tile).cols) return false;
        return y_full[token.tile % 2] <= token.col / own.z_cols;
    }

    const int64_t h, w_sets;
    const Tiler& tiles;
    std::array<bool, 2> x_used, x_full, y_used, z_taken;
    std::array<int64_t, 2> y_full, z_full;  // pieces that arrived, or left the array: they do so in order
    std::vector<char> w_used, w_full;
};

}  // namespace
}  // namespace schedule
