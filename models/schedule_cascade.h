// SPDX-License-Identifier: Apache-2.0
// The cascade of compute elements in the schedule: columns enter it, and their sums leave (schedule.cpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "schedule_tiles.h"

namespace schedule {
namespace {  // so that one file's functions are inlined as if they stood in it

class Cascade {
   public:
    Cascade(const Task& task, const Tiler& tiles, Buffers& buffers)
        : h_(task.h), p_(task.p), width_(task.width()), tiles_(tiles), buffers_(buffers) {
        empty();
    }

    void empty() {
        next_tile_ = 0;
        tokens_.assign(width_ + 2, Token{});
        current_ = Token{};
    }

    /** The column of a tile that has begun which enters next; none between tiles. */
    const Token& current() const { return current_; }

    /** The tile that begins next. */
    int64_t next_tile() const { return next_tile_; }

    /** The token whose sums leave in this cycle, if the array advances; null but for a tile's last chunk. */
    const Token* leaving() const { return last_chunk(aged(width_)); }

    /** A compute element behind the first begins a step without its row of W. */
    bool lacks_w() const {
        for (int64_t h = 1; h < h_; ++h) {
            const Token& token = aged(h * (p_ + 1) - 1);
            if (token && token.col == 0 && token.chunk * h_ + h < tiles_.job_of(token).t.n &&
                !buffers_.w_full[buffers_.w_slot(h, token)])
                return true;
        }
        return false;
    }

    /** A tile begins to leave, and its bank of Z still holds another. */
    bool z_blocks() const {
        const Token* out = leaving();
        return out != nullptr && out->col == 0 && buffers_.z_taken[out->tile % 2];
    }

    /** Finds the token that enters the first compute element in this cycle; tells whether the array advances. */
    bool entering(Token* token) const {
        Token next = current_;
        if (!next && next_tile_ < tiles_.pushed() && !tiles_.job_of(next_tile_).copy && !in_the_way(next_tile_))
            next = {next_tile_};
        if (next) {
            bool ready = !buffers_.lacks_y(next);
            if (next.col == 0)
                ready = ready && buffers_.x_full[buffers_.x_bank(next)] && buffers_.w_full[buffers_.w_slot(0, next)];
            if (!ready && current_) return false;
            if (!ready) next = Token{};
        }
        if (lacks_w() || z_blocks()) return false;
        *token = next;
        return true;
    }

    void advance(const Token& token) {
        // The place of the token that has left becomes that of the one that enters.
        entry_ = entry_ ? entry_ - 1 : tokens_.size() - 1;
        tokens_[entry_] = token;
        if (const Token* out = last_chunk(aged(width_ + 1))) leave(*out);
        for (int64_t h = 0; h < h_; ++h) fetch(h, aged(h * (p_ + 1)));
        if (!token) return;
        if (token.col + 1 < width_)
            current_ = {token.tile, token.chunk, token.col + 1};
        else if (token.chunk + 1 < tiles_.job_of(token).chunks)
            current_ = {token.tile, token.chunk + 1, 0};
        else
            current_ = Token{};
        if (token.chunk == 0 && token.col == 0) next_tile_ = token.tile + 1;
    }

   private:
    /** The token that has gone that many cycles with the cascade. */
    const Token& aged(int64_t cycles) const {
        const size_t at = entry_ + cycles;
        return tokens_[at < tokens_.size() ? at : at - tokens_.size()];
    }

    /**
     * A tile could stop the array for want of the port, which a store has, while sums of the job before are to leave:
     * that job would end later for it.
     */
    bool in_the_way(int64_t next) const {
        if (!buffers_.z_full[0] && !buffers_.z_full[1]) return false;
        for (int64_t age = 0; age <= width_; ++age)
            if (aged(age) && tiles_.tile(aged(age).tile).job != tiles_.tile(next).job) return true;
        return false;
    }

    /** The token if its sums are those of all steps. */
    const Token* last_chunk(const Token& token) const {
        return token && token.chunk == tiles_.job_of(token).chunks - 1 ? &token : nullptr;
    }

    /** A finished sum goes to a bank of Z. */
    void leave(const Token& out) {
        const int64_t bank = out.tile % 2, cols = tiles_.tile(out.tile).cols, piece = tiles_.job_of(out).z_cols;
        if (out.col == 0) buffers_.z_taken[bank] = true;
        if (out.col == cols - 1 || (out.col < cols && (out.col + 1) % piece == 0)) ++buffers_.z_full[bank];
    }

    /** A compute element fetches its operands, and frees the buffers from which it has the last. */
    void fetch(int64_t h, const Token& token) {
        if (!token) return;
        const Job& own = tiles_.job_of(token);
        const int64_t step = token.chunk * h_ + h;
        if (step >= own.t.n) return;
        if (token.col == 0 && (step == own.t.n - 1 || step % own.x_elements == own.x_elements - 1)) {
            const int64_t bank = buffers_.x_bank(token);
            buffers_.x_used[bank] = buffers_.x_full[bank] = false;
        }
        if (token.col != tiles_.tile(token.tile).cols - 1) return;
        const size_t slot = buffers_.w_slot(h, token);
        buffers_.w_used[slot] = buffers_.w_full[slot] = 0;
        if (h == 0 && token.chunk == 0 && own.t.reads_y) {
            const int64_t bank = token.tile % 2;
            buffers_.y_used[bank] = false;
            buffers_.y_full[bank] = 0;
        }
    }

    const int64_t h_, p_, width_;
    const Tiler& tiles_;
    Buffers& buffers_;
    std::vector<Token> tokens_;  // by age from `entry_` on
    size_t entry_ = 0;
    Token current_;
    int64_t next_tile_;
};

}  // namespace
}  // namespace schedule
