// SPDX-License-Identifier: Apache-2.0
// Jobs of the schedule, and what they are cut into (schedule.cpp).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace schedule {
namespace {  // so that one file's functions are inlined as if they stood in it

enum Cause { kControl, kFill, kWorking, kPadM, kPadN, kPadK, kWaitX, kWaitW, kWaitY, kZBlock, kDrain, kCauses };
enum Stream { kX, kW, kY, kZ, kStreams, kNone };

constexpr int64_t over(int64_t a, int64_t b) { return (a + b - 1) / b; }

/** A job on an instance of the array with the depth of its buffers, as `models/schedule.py` hands it over. */
struct Task {
    int64_t h, l, p, dw;
    int64_t w_sets;  // W rows buffered for each compute element, the active one included
    int64_t ring;    // tile descriptors between tiler and the last store
    int64_t rows;    // of a tile: l, or half of it where rows work in pairs
    int64_t m, n, k;
    int64_t reads_y;
    int64_t x_bytes, w_bytes, z_bytes;  // of an element
    int64_t x_addr, w_addr, z_addr;
    int64_t trigger;  // cycle of its grant; they ascend

    int64_t width() const { return h * (p + 1); }  // columns of a tile
    int64_t piece() const { return dw / 8; }       // bytes of the port's payload
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
        const int64_t piece = t.piece(), bytes = t.m * t.k * t.z_bytes;
        chunks = over(t.n, t.h);
        x_elements = piece / t.x_bytes;
        x_pieces = over(t.n, x_elements);
        z_cols = piece / t.z_bytes;
        across = over(t.k, t.width());
        full = bytes / piece;
        rest = bytes % piece;
        tiles = copy ? over(full, t.rows) + (rest > 0) : over(t.m, t.rows) * across;
    }

    /** What it loads lies apart from what the other stores. */
    bool apart(const Job& earlier) const {
        const Range z = earlier.z();
        return !Range{t.x_addr, t.m * t.n * t.x_bytes}.meets(z) && !Range{t.w_addr, t.n * t.k * t.w_bytes}.meets(z) &&
               !(t.reads_y && this->z().meets(z));
    }

    Range z() const { return {t.z_addr, t.m * t.k * t.z_bytes}; }

    /** The steps of a chunk. */
    int64_t steps(int64_t chunk) const { return std::min(t.h, t.n - chunk * t.h); }

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
    int64_t pieces;              // of the port's payload, in a row of Y and Z
    int64_t x_before, w_before;  // pieces of X and chunks of W that went before in the engine
};

/** What enters the cascade in a cycle: a column of a chunk of steps of a tile; none where the tile is negative. */
struct Token {
    int64_t tile = -1, chunk = 0, col = 0;
    explicit operator bool() const { return tile >= 0; }
};

}  // namespace
}  // namespace schedule
