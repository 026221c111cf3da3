// SPDX-License-Identifier: Apache-2.0
// Kernels of the reference model: the operations of contract A1 on FP16 bits, for models/kernel.py.
//
// They give the bits that models/chains.py defines, with which tests compare them. An output's way through the steps is
// a chain; each kind of chain says what the lanes of a vector hold and what a step does with them, and `Run` runs it.
// Every operation is one of IEEE 754, which the compiler may not contract or reorder, so the processor decides nothing
// but the width of vectors; no number is ever subnormal to it, so that all data takes the same time.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

namespace {

#ifdef __AVX2__
constexpr size_t kBytes = 32;
#else
constexpr size_t kBytes = 16;
#endif

template <class T>
using Vector __attribute__((vector_size(kBytes))) = T;

enum Op { kMatmul, kGemm, kAddMax, kAddMin, kMulMax, kMulMin, kMaxMin, kMinMax };

constexpr int kSign = 0x8000, kInfinity = 0x7C00, kNan = 0x7E00, kLeastNormal = 0x0400;

/** Floating-point numbers and integers of the same width, in which the conversions from and to FP16 are done. */
template <class Real, class Int, int kFraction>
struct Format {
    using Reals = Vector<Real>;
    using Ints = Vector<Int>;
    static constexpr int kShift = kFraction - 10;  // fraction bits that FP16 lacks
    static constexpr int kBias = std::numeric_limits<Real>::max_exponent - 1;
    static constexpr Int kMagnitude = std::numeric_limits<Int>::max();
    static constexpr Int kSpecial = std::bit_cast<Int>(std::numeric_limits<Real>::infinity());

    static constexpr Int bits(int exponent) { return static_cast<Int>(exponent + kBias) << kFraction; }
    static constexpr Real power(int exponent) { return std::bit_cast<Real>(bits(exponent)); }

    /** Values of FP16 bits. */
    static Reals decode(Ints codes) {
        const Ints size = codes & ~kSign, fields = size << kShift;
        const Reals subnormal = reinterpret_cast<Reals>(fields + bits(-14)) - power(-14);
        const Ints others = size < kInfinity ? fields + bits(-15) : fields | kSpecial;
        const Ints value = size < kLeastNormal ? reinterpret_cast<Ints>(subnormal) : others;
        return reinterpret_cast<Reals>(value | (codes & kSign) << (8 * sizeof(Int) - 16));
    }

    /** FP16 bits of the numbers nearest to values, ties to even; NaNs are canonical. */
    static Ints encode(Reals values) {
        const Ints size = reinterpret_cast<Ints>(values) & kMagnitude;
        const Reals magnitude = reinterpret_cast<Reals>(size);
        // Half an ulp less one, and the last bit that is kept; a carry goes to the exponent.
        const Ints normal = (size - bits(-15) + ((Int{1} << (kShift - 1)) - 1) + (size >> kShift & 1)) >> kShift;
        // The last bit of this sum is worth that of subnormals.
        const Ints subnormal = reinterpret_cast<Ints>(magnitude + power(kFraction - 24)) & 0x7FF;
        const Ints finite = magnitude < power(-14) ? subnormal : normal;
        const Ints number = magnitude < power(16) ? finite : Ints{} + kInfinity;
        const Ints sign = reinterpret_cast<Ints>(values) >> (8 * sizeof(Int) - 16) & kSign;
        return values == values ? number | sign : Ints{} + kNan;
    }
};

template <bool larger, class V>
inline V best(V a, V b) {
    return larger ? (a > b ? a : b) : (a < b ? a : b);
}

/**
 * Fused multiply-adds.
 *
 * float64 is enough: a product of FP16 numbers has 22 bits, so it is exact; where its sum with an FP16 number is not,
 * it overflows, or the product is too small to decide a rounding or to make a tie.
 *
 * An accumulator is a value times 2^966. A step rounds it by adding and subtracting a number whose last bit is worth an
 * ulp of FP16; at this scale the sum is infinite just where FP16 is, from 65520.
 */
struct Fma : Format<double, int64_t, 52> {
    using Code = int64_t;
    using Lane = double;  // a value times 2^483, so that products have the scale of sums
    using Sum = double;
    static constexpr double kScale = power(483), kSumScale = kScale * kScale;

    static Reals lanes(Ints codes) { return decode(codes) * kScale; }
    static Reals begin(Reals start) { return start * kScale; }
    static Ints end(Reals sums) { return encode(sums / kSumScale); }

    static Reals step(Reals x, Reals w, Reals sum) {
        const Reals exact = sum + x * w;
        const Ints sign = reinterpret_cast<Ints>(exact) & ~kMagnitude;
        Reals size = reinterpret_cast<Reals>(reinterpret_cast<Ints>(exact) ^ sign);
        // An overflow stays in the last binade, so that the magic number is finite; a NaN stays what it is.
        const Reals most = Reals{} + 65528 * kSumScale, least = Reals{} + power(-14) * kSumScale;
        size = most < size ? most : size;
        Reals binade = reinterpret_cast<Reals>(reinterpret_cast<Ints>(size) & kSpecial);
        binade = binade < least ? least : binade;  // subnormals share the ulp of the least normal number
        const Reals magic = binade * (power(kShift + 1) - 2);
        const Reals rounded = (size + magic) - magic;
        return reinterpret_cast<Reals>(reinterpret_cast<Ints>(rounded) | sign);
    }
};

/**
 * Minima and maxima of sums or products.
 *
 * Rounding is monotonic: the largest rounded value is the largest value, rounded, so only the last is. float32 has
 * 24 = 2 * 11 + 2 bits: a sum or product, rounded to it first, still rounds right. They are compared as integers in
 * the order of contract A2.4, with NaNs behind all numbers.
 */
template <bool product, bool larger>
struct Rounded : Format<float, int32_t, 23> {
    using Code = int32_t;
    using Lane = float;
    using Sum = int32_t;
    static constexpr int32_t kLast = larger ? INT32_MIN : INT32_MAX;  // a NaN's

    static Reals lanes(Ints codes) { return decode(codes); }
    static Ints begin(Reals values) {
        const Ints bits = reinterpret_cast<Ints>(values);
        return values == values ? bits ^ (bits >> 31 & kMagnitude) : Ints{} + kLast;
    }
    static Ints end(Ints keys) { return encode(reinterpret_cast<Reals>(keys ^ (keys >> 31 & kMagnitude))); }
    static Ints step(Reals x, Reals w, Ints sum) { return best<larger>(begin(product ? x * w : x + w), sum); }
};

/** Minima of maxima, or maxima of minima: nothing is rounded, so all are FP16 bits as such integers. */
template <bool larger>
struct Ordered {
    using Code = int16_t;
    using Lane = int16_t;
    using Sum = int16_t;
    using Ints = Vector<int16_t>;
    static constexpr int16_t kLast = larger ? INT16_MIN : INT16_MAX, kLastOfTwo = larger ? INT16_MAX : INT16_MIN;

    static Ints lanes(Ints codes) {
        const Ints keys = codes ^ (codes >> 15 & INT16_MAX);
        return (codes & INT16_MAX) > kInfinity ? Ints{} + kLastOfTwo : keys;
    }
    static Ints begin(Ints keys) { return keys == kLastOfTwo ? Ints{} + kLast : keys; }
    static Ints end(Ints keys) { return keys == kLast ? Ints{} + kNan : keys ^ (keys >> 15 & INT16_MAX); }
    static Ints step(Ints x, Ints w, Ints sum) { return best<larger>(begin(best<!larger>(x, w)), sum); }
};

template <class Chain>
struct Run {
    using Lane = typename Chain::Lane;
    using Lanes = Vector<Lane>;
    using Sums = Vector<typename Chain::Sum>;
    static constexpr size_t kLanes = kBytes / sizeof(Lane);
    static constexpr size_t kRows = 6;  // chains in registers, so many that none waits for another
    typedef uint16_t Codes __attribute__((vector_size(kLanes * sizeof(uint16_t))));

    struct Piece {  // elements of W of one step
        Lanes lanes;
    };

    /** The first elements, or all that fit, followed by zeros. */
    static Lanes load(const uint16_t* codes, size_t count) {
        Codes padded = {};
        std::memcpy(&padded, codes, count < kLanes ? count * sizeof *codes : sizeof padded);
        return Chain::lanes(__builtin_convertvector(padded, Vector<typename Chain::Code>));
    }
    static void store(Sums sums, uint16_t* codes, size_t count) {
        const Codes padded = __builtin_convertvector(Chain::end(sums), Codes);
        std::memcpy(codes, &padded, count < kLanes ? count * sizeof *codes : sizeof padded);
    }

    static void matrix(size_t m, size_t n, size_t k, const uint16_t* x, const uint16_t* w, uint16_t* z) {
        std::vector<Piece> panels((k + kLanes - 1) / kLanes * n);  // W, one panel of columns after the other
        std::vector<Lane> turned(n * kRows);                        // some rows of X, the elements of a step together
        Piece* next = panels.data();
        for (size_t col = 0; col < k; col += kLanes)
            for (size_t i = 0; i < n; ++i) (next++)->lanes = load(w + i * k + col, k - col);
        for (size_t row = 0; row < m; row += kRows) {
            const size_t rows = m - row < kRows ? m - row : kRows;
            for (size_t r = 0; r < rows; ++r) turn(n, x + (row + r) * n, turned.data() + r);
            const Piece* panel = panels.data();
            for (size_t col = 0; col < k; col += kLanes, panel += n) {
                uint16_t* corner = z + row * k + col;
                Sums sums[kRows] = {};
                for (size_t r = 0; r < rows; ++r) sums[r] = Chain::begin(load(corner + r * k, k - col));
                steps(n, turned.data(), panel, sums);
                for (size_t r = 0; r < rows; ++r) store(sums[r], corner + r * k, k - col);
            }
        }
    }
    static void turn(size_t n, const uint16_t* x, Lane* turned) {
        for (size_t i = 0; i < n; i += kLanes) {
            const Lanes lanes = load(x + i, n - i);
            for (size_t j = 0; j < kLanes && i + j < n; ++j) turned[(i + j) * kRows] = lanes[j];
        }
    }
    static void steps(size_t n, const Lane* x, const Piece* w, Sums* into) {
        Sums sums[kRows];  // in registers
        std::memcpy(sums, into, sizeof sums);
        for (size_t i = 0; i < n; ++i, x += kRows, ++w) {
#pragma GCC unroll 6
            for (size_t r = 0; r < kRows; ++r) sums[r] = Chain::step(x[r] - Lanes{}, w->lanes, sums[r]);
        }
        std::memcpy(into, sums, sizeof sums);
    }

    static void accumulators(size_t n, size_t outputs, const uint16_t* x, const uint16_t* w, uint16_t* sums) {
        for (size_t first = 0; first < outputs; first += kLanes) {
            const size_t count = outputs - first;
            Sums now = Chain::begin(load(sums + first, count));
            for (size_t i = first; i < n * outputs; i += outputs) {
                now = Chain::step(load(x + i, count), load(w + i, count), now);
                store(now, sums + i + outputs, count);
            }
        }
    }
};

/** Calls with the kind of chain of an operation. */
template <class Function>
void with_chain(int op, Function call) {
    switch (op) {
        case kAddMax: return call(Run<Rounded<false, true>>{});
        case kAddMin: return call(Run<Rounded<false, false>>{});
        case kMulMax: return call(Run<Rounded<true, true>>{});
        case kMulMin: return call(Run<Rounded<true, false>>{});
        case kMaxMin: return call(Run<Ordered<false>>{});
        case kMinMax: return call(Run<Ordered<true>>{});
        default: return call(Run<Fma>{});
    }
}

}  // namespace

extern "C" {

/** Z of M x K, which holds Y or zeros before, from X of M x N and W of N x K; all dense. */
void kernel_matrix(int op, size_t m, size_t n, size_t k, const uint16_t* x, const uint16_t* w, uint16_t* z) {
    with_chain(op, [=](auto run) { run.matrix(m, n, k, x, w, z); });
}

/** Accumulators after 0 .. N steps, (N + 1) x outputs, the first given; x and w are N x outputs. */
void kernel_accumulators(int op, size_t n, size_t outputs, const uint16_t* x, const uint16_t* w, uint16_t* sums) {
    with_chain(op, [=](auto run) { run.accumulators(n, outputs, x, w, sums); });
}

/** The first 16-bit words of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), four of a number, the lowest first. */
void kernel_words(uint64_t state, size_t count, uint16_t* words) {
    for (size_t i = 0; i < count; i += 4) {
        uint64_t z = state += 0x9E3779B97F4A7C15;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        z ^= z >> 31;
        for (size_t k = i; k < i + 4 && k < count; ++k, z >>= 16) words[k] = static_cast<uint16_t>(z);
    }
}

}  // extern "C"
