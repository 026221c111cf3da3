// SPDX-License-Identifier: Apache-2.0
// Operands of a job, written into its memory: the bits that tb/stimulus/operand_classes.py defines, for
// tb/stimulus/filling.py. Tests compare all classes, operations and formats with the definition.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace {

using Word = uint16_t;

enum Operand { kX, kW, kY };
enum Class { kNormal, kWide, kSubnormal, kSpecial, kSignedZero, kTies, kCancellation, kRaw };

constexpr Word kSign = 0x8000, kSignAndFraction = 0x83FF;
constexpr int kFractionBits = 10, kSumBits = 5, kFactorBits = 6, kFlavourWords = 4;

/** A format's values and shape; all fields are words, as Python lays them out. */
struct OfFormat {
    Word special[4][64], zero[16], subnormal[16];
    Word narrow[65536], widen[65536];
    Word bytes, fraction_bits, least, most;

    int coarser() const { return kFractionBits - fraction_bits; }
    Word grid() const { return static_cast<Word>(0xFFFF << coarser()); }
};

struct Tables {
    Word normal[256], modest[16], integers[2048];
    OfFormat formats[4];
};

struct Task {
    uint64_t state;  // of the stream of words
    int64_t data_seed;
    int64_t adds, reads_y;  // the operation is a minimum or maximum of sums; reads Y
    int64_t rows[3], cols[3], classes[3], formats[3];
    int64_t offset[3], step[3];  // first byte in the memory, bytes from one element to the next
};

/** The words of SplitMix64 as kernel_words of models/kernel.cpp has them. */
void draw(uint64_t state, std::vector<Word>& words) {
    for (size_t i = 0; i < words.size(); i += 4) {
        uint64_t z = state += 0x9E3779B97F4A7C15;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        z ^= z >> 31;
        for (size_t k = i; k < i + 4 && k < words.size(); ++k, z >>= 16) words[k] = static_cast<Word>(z);
    }
}

Word word(int64_t value) { return static_cast<Word>(value); }

float value(Word fp16) {
    const int field = fp16 >> kFractionBits & 0x1F, fraction = fp16 & 0x3FF;
    const float size = field == 0    ? std::ldexp(static_cast<float>(fraction), -24)
                       : field != 31 ? std::ldexp(static_cast<float>(0x400 | fraction), field - 25)
                       : fraction == 0 ? std::numeric_limits<float>::infinity()
                                       : std::numeric_limits<float>::quiet_NaN();
    return (fp16 & kSign) != 0 ? -size : size;
}

/** A product of FP16 numbers, which float32 holds exactly, rounded to nearest even; a NaN is canonical. */
Word fp16_product(Word a, Word b) {
    const float product = value(a) * value(b), size = std::fabs(product);
    if (std::isnan(product)) return 0x7E00;
    const int exponent = size > 0 && size < 65520.0f ? std::max(std::ilogb(size), -14) : -14;
    // In units of the last place; a carry goes to the exponent.
    const int units = static_cast<int>(std::nearbyint(std::ldexp(size, kFractionBits - exponent)));
    const int bits = size < 65520.0f ? ((exponent + 14) << kFractionBits) + units : 0x7C00;
    return word(bits | (std::signbit(product) ? kSign : 0));
}

/** One operand: its words, and what its elements become. */
class Matrix {
   public:
    Matrix(const Tables& tables, const Task& task, int operand, const Word* words)
        : tables_(tables), task_(task), operand_(operand), fmt_(tables.formats[task.formats[operand]]),
          rows_(task.rows[operand]), cols_(task.cols[operand]), flavour_(words), first_(words + kFlavourWords),
          second_(first_ + rows_ * cols_) {}

    void store(uint8_t* memory) const {
        elements([=, this](auto element) { put(memory, element); });
    }

    /** Y such that the first step cancels, but for every eighth element (`_cancel_first_step` in operands.py). */
    void store_cancelling(uint8_t* memory, const Matrix& x, const Matrix& w) const {
        std::vector<Word> column = x.fp16(rows_, x.cols_), row = w.fp16(cols_, 1);
        elements([=, this](auto element) {
            put(memory, [=, this](int64_t i) {
                const Word product = fp16_product(column[i / cols_], row[i % cols_]);
                return i % 8 == 0 ? element(i) : narrow(product ^ kSign);
            });
        });
    }

   private:
    const Tables& tables_;
    const Task& task_;
    const int operand_;
    const OfFormat& fmt_;
    const int64_t rows_, cols_;
    const Word *flavour_, *first_, *second_;

    const OfFormat& of(Operand operand) const { return tables_.formats[task_.formats[operand]]; }

    template <class Element>
    void put(uint8_t* memory, Element element) const {
        uint8_t* place = memory + task_.offset[operand_];
        const int64_t step = task_.step[operand_], size = rows_ * cols_;
        for (int64_t i = 0; i < size; ++i, place += step) {
            const Word bits = element(i);
            place[0] = static_cast<uint8_t>(bits);
            if (fmt_.bytes == 2) place[1] = static_cast<uint8_t>(bits >> 8);
        }
    }

    /** Every so many elements, as FP16. */
    std::vector<Word> fp16(int64_t count, int64_t stride) const {
        std::vector<Word> taken(count);
        elements([&](auto element) {
            for (int64_t i = 0; i < count; ++i) {
                const Word bits = element(i * stride);
                taken[i] = fmt_.coarser() == 0 ? bits : fmt_.widen[bits];
            }
        });
        return taken;
    }

    /** Calls with what gives the bits of an element. */
    template <class Use>
    void elements(Use use) const {
        switch (task_.classes[operand_]) {
            case kNormal: return use([this](int64_t i) { return narrow(normal(i)); });
            case kWide: return wide(use);
            case kSubnormal: return use([this](int64_t i) { return subnormal(i); });
            case kSpecial: return special(use);
            case kSignedZero: return use([this](int64_t i) { return fmt_.zero[first_[i] & 0xF]; });
            case kTies: return ties(use);
            case kCancellation: return cancellation(use);
            default: return use([this](int64_t i) { return word(fmt_.bytes == 1 ? first_[i] & 0xFF : first_[i]); });
        }
    }

    Word narrow(Word fp16) const { return fmt_.coarser() == 0 ? fp16 : fmt_.narrow[fp16]; }
    Word normal(int64_t i) const { return (first_[i] & kSignAndFraction) | tables_.normal[second_[i] & 0xFF]; }

    template <class Use>
    void wide(Use use) const {
        const int half = 3 + flavour_[0] % 10, shift = flavour_[1] % 9 - 4;
        const int lowest = 15 + (operand_ == kX ? shift : -shift) - half;
        const Word kept = kSignAndFraction & fmt_.grid();
        use([=, this](int64_t i) {
            const int field = std::clamp((second_[i] & 0xFF) % (2 * half) + lowest, int{fmt_.least}, int{fmt_.most});
            return narrow((first_[i] & kept) | word(field << kFractionBits));
        });
    }

    Word subnormal(int64_t i) const {
        const Word fraction = first_[i] & word((1 << fmt_.fraction_bits) - 1);
        return (first_[i] & kSign) >> (16 - 8 * fmt_.bytes) | fraction | fmt_.subnormal[second_[i] & 0xF];
    }

    template <class Use>
    void special(Use use) const {
        constexpr Word kRest[] = {0, 3, 15, 15};
        const Word* chosen = fmt_.special[flavour_[0] & 3];
        const Word rest = kRest[flavour_[1] & 3];
        use([=, this](int64_t i) {
            return (first_[i] & rest) != 0 ? narrow(normal(i)) : chosen[second_[i] >> kFractionBits];
        });
    }

    template <class Use>
    void ties(Use use) const {
        constexpr Word kScale[] = {0, 1, 3, 3};
        const Word scale = kScale[flavour_[0] & 3];
        const int precision = fmt_.fraction_bits + 1;
        const bool sum = task_.adds != 0 && operand_ != kY;
        int mask, always, more = 0, unit = 11 - precision;
        if (sum) {
            const bool halves = of(kX).bytes == 2 && of(kW).bytes == 2;
            const int binade = halves ? 0 : 4;
            mask = operand_ == kX ? 0x400 - (0x400 >> (precision - 1)) : (1 << std::min(precision, kSumBits)) - 2;
            always = operand_ == kX ? 0x400 : 1;
            unit = operand_ == kX ? binade : binade - 1;
        } else if (operand_ == kY) {
            mask = (1 << precision) - 1;
            always = 1;
        } else {
            const int bits = std::min(precision, kFactorBits);
            mask = (1 << (bits - 1)) - 2;
            always = 0;
            more = (1 << (bits - 1)) + 1;
            unit = 11 - bits;
        }
        use([=, this](int64_t i) {
            const int integer = ((first_[i] & mask) | always) + more;
            const Word exponent = word(((second_[i] & scale) + unit) << kFractionBits);
            return narrow(word(tables_.integers[integer] + exponent) | (second_[i] & kSign));
        });
    }

    Word modest(int64_t i) const {
        return (first_[i] & kSignAndFraction & fmt_.grid()) | tables_.modest[second_[i] & 0xF];
    }

    Word noise(int64_t i) const { return word((second_[i] >> 8 & second_[i] >> 9 & 1) << fmt_.coarser()); }

    template <class Use>
    void cancellation(Use use) const {
        if (operand_ == kY) return use([this](int64_t i) { return narrow(modest(i)); });
        if (task_.adds != 0) return walk(use);
        const int64_t start = task_.reads_y != 0 && task_.classes[kY] == kCancellation ? 1 : 0;
        // Of a pair of columns of X, or rows of W, the second repeats the first.
        const int64_t back = operand_ == kX ? 1 : cols_;
        const Word turned = operand_ == kX ? 0 : kSign;
        use([=, this](int64_t i) {
            const int64_t n = operand_ == kX ? i % cols_ : i / cols_;
            const bool second = (n - start) % 2 == 1;
            return narrow((second ? modest(i - back) ^ turned : modest(i)) ^ noise(i));
        });
    }

    template <class Use>
    void walk(Use use) const {
        const Word kept = of(kX).grid() & of(kW).grid();
        use([=, this](int64_t i) {
            const int64_t step = (operand_ == kX ? i % cols_ : i / cols_) + task_.data_seed % 8192;
            const Word common = word((step * 619 & 0x3FF) | (10 + step % 11) << kFractionBits) & kept;
            return narrow((operand_ == kX ? common : common | kSign) ^ noise(i));
        });
    }
};

}  // namespace

extern "C" {

uint64_t operands_tables_size() { return sizeof(Tables); }

/** Writes X, W and, if the operation reads it, Y into a memory, in this order. */
void operands_fill(const Tables* tables, const Task* task, uint8_t* memory) {
    size_t begin[4] = {};
    for (int i = kX; i <= kY; ++i) begin[i + 1] = begin[i] + kFlavourWords + 2 * task->rows[i] * task->cols[i];
    std::vector<Word> words(begin[3]);
    draw(task->state, words);
    const auto matrix = [&](Operand operand) { return Matrix(*tables, *task, operand, words.data() + begin[operand]); };
    const Matrix x = matrix(kX), w = matrix(kW), y = matrix(kY);
    x.store(memory);
    w.store(memory);
    if (task->reads_y == 0) return;
    const bool cancels = task->classes[kY] == kCancellation && task->adds == 0 && task->cols[kX] != 0;
    cancels ? y.store_cancelling(memory, x, w) : y.store(memory);
}

}  // extern "C"
