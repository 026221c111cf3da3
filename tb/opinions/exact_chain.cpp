// SPDX-License-Identifier: Apache-2.0
// Chains of steps in exact integers, for tb/opinions/library.py.
//
// Every finite FP16 number is an integer times 2^-24, so each product and sum is an exact integer times 2^-48, which
// fits 128 bits, and is rounded once. The method is that of models/oracle.py, which is a few hundred times slower;
// tests compare the two. Nothing here is a floating-point number.
#include <bit>
#include <cstddef>
#include <cstdint>

#include "chain.h"

namespace {

using Wide = __int128;

constexpr uint16_t kNan = 0x7E00, kInfinity = 0x7C00, kSign = 0x8000;
constexpr int kUnit = 24;       // a finite number is an integer times 2^-kUnit
constexpr int kPrecision = 11;  // significant bits
enum Op { kMatmul, kGemm, kAddMax, kAddMin, kMulMax, kMulMin, kMaxMin, kMinMax };

bool is_nan(uint16_t a) { return (a & ~kSign) > kInfinity; }
bool is_infinite(uint16_t a) { return (a & ~kSign) == kInfinity; }
bool is_zero(uint16_t a) { return (a & ~kSign) == 0; }

/** A finite number in units of 2^-24. */
int64_t value(uint16_t a) {
    const int exponent = a >> 10 & 31;
    const int64_t fraction = a & 1023;
    const int64_t size = exponent == 0 ? fraction : (fraction | 1024) << (exponent - 1);
    return (a & kSign) != 0 ? -size : size;
}

/** The number nearest to total * 2^-48, ties to even; total is not 0. */
uint16_t rounded(Wide total) {
    const uint16_t sign = total < 0 ? kSign : 0;
    Wide size = total < 0 ? -total : total;
    const uint64_t high = static_cast<uint64_t>(size >> 64), low = static_cast<uint64_t>(size);
    const int length = high != 0 ? 64 + std::bit_width(high) : std::bit_width(low);
    // A subnormal has the last place of the smallest normal number.
    int shift = length - kPrecision > kUnit ? length - kPrecision : kUnit;
    Wide quotient = size >> shift;
    const Wide rest = size - (quotient << shift), half = Wide{1} << (shift - 1);
    if (rest > half || (rest == half && (quotient & 1) != 0)) ++quotient;
    // The implied bit, and a carry out of the fraction, add to the exponent field by themselves.
    const int64_t code = (static_cast<int64_t>(shift - kUnit) << (kPrecision - 1)) + static_cast<int64_t>(quotient);
    return sign | static_cast<uint16_t>(code < kInfinity ? code : kInfinity);
}

uint16_t fma(uint16_t a, uint16_t b, uint16_t c) {
    const uint16_t product_sign = (a ^ b) & kSign;
    if (is_nan(a) || is_nan(b) || is_nan(c)) return kNan;
    if (is_infinite(a) || is_infinite(b)) {
        if (is_zero(a) || is_zero(b) || (is_infinite(c) && (c & kSign) != product_sign)) return kNan;
        return product_sign | kInfinity;
    }
    if (is_infinite(c)) return c;
    const Wide total = static_cast<Wide>(value(a)) * value(b) + (static_cast<Wide>(value(c)) << kUnit);
    // An exact zero is negative only as the sum of two negative zeros.
    if (total == 0) return product_sign != 0 && c == kSign ? kSign : 0;
    return rounded(total);
}

uint16_t add(uint16_t a, uint16_t b) {
    if (is_nan(a) || is_nan(b)) return kNan;
    if (is_infinite(a)) return is_infinite(b) && a != b ? kNan : a;
    if (is_infinite(b)) return b;
    const Wide total = (static_cast<Wide>(value(a)) + value(b)) << kUnit;
    if (total == 0) return a == kSign && b == kSign ? kSign : 0;
    return rounded(total);
}

uint16_t multiply(uint16_t a, uint16_t b) {
    const uint16_t sign = (a ^ b) & kSign;
    if (is_nan(a) || is_nan(b)) return kNan;
    if (is_infinite(a) || is_infinite(b)) return is_zero(a) || is_zero(b) ? kNan : sign | kInfinity;
    const Wide total = static_cast<Wide>(value(a)) * value(b);
    return total == 0 ? sign : rounded(total);
}

/** Orders numbers by value, -0 before +0. */
int rank(uint16_t a) { return (a & kSign) != 0 ? -1 - (a & ~kSign) : a; }

uint16_t select(bool larger, uint16_t a, uint16_t b) {
    if (is_nan(a)) return is_nan(b) ? kNan : b;
    if (is_nan(b)) return a;
    return larger == (rank(a) > rank(b)) ? a : b;
}

uint16_t step(int op, uint16_t x, uint16_t w, uint16_t acc) {
    switch (op) {
        case kAddMax: return select(true, add(x, w), acc);
        case kAddMin: return select(false, add(x, w), acc);
        case kMulMax: return select(true, multiply(x, w), acc);
        case kMulMin: return select(false, multiply(x, w), acc);
        case kMaxMin: return select(false, select(true, x, w), acc);
        case kMinMax: return select(true, select(false, x, w), acc);
        default: return fma(x, w, acc);
    }
}

}  // namespace

OPINION void exact_chains(int op, size_t outputs, size_t steps, const uint16_t* x, const uint16_t* w, uint16_t* sums) {
    chains(outputs, steps, x, w, sums, [op](uint16_t a, uint16_t b, uint16_t acc) { return step(op, a, b, acc); });
}

OPINION size_t exact_differing(int op, size_t outputs, const uint32_t* places, size_t n, size_t k, const uint16_t* x,
                               const uint16_t* w, const uint16_t* y, const uint16_t* z) {
    return differing(outputs, places, n, k, x, w, y, z,
                     [op](uint16_t a, uint16_t b, uint16_t acc) { return step(op, a, b, acc); });
}
