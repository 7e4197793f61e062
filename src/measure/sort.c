#include "sort.h"

#include <math.h>
#include <string.h>

enum { DIGIT_BITS = 11, DIGITS = 3, BINS = 1 << DIGIT_BITS };

/* Rises as the value does. */
static uint32_t key_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits >> 31 ? ~bits : bits | UINT32_C(1) << 31;
}

static uint32_t digit_of(float value, int digit) {
    return key_of(value) >> (digit * DIGIT_BITS) & (BINS - 1);
}

/* By the digits of the keys, the least first. */
void fsc_sort_floats(float *values, float *spare, int64_t n) {
    float *from = values, *to = spare;
    for (int digit = 0; digit < DIGITS; digit++) {
        int64_t start[BINS] = {0}, seen = 0;
        for (int64_t i = 0; i < n; i++) start[digit_of(from[i], digit)]++;
        for (int b = 0; b < BINS; b++) {
            const int64_t here = start[b];
            start[b] = seen;
            seen += here;
        }
        for (int64_t i = 0; i < n; i++) to[start[digit_of(from[i], digit)]++] = from[i];
        float *swap = from;
        from = to;
        to = swap;
    }
    if (n > 0) memcpy(values, spare, (size_t)n * sizeof *values);
}

double fsc_median_sorted(const float *values, int64_t n) {
    if (n == 0) return (double)NAN;
    return n % 2 ? (double)values[n / 2] : 0.5 * ((double)values[n / 2 - 1] + (double)values[n / 2]);
}

/* Puts the value of rank k in its place, no larger one before it and no smaller one behind it (Hoare's selection). */
static void select_rank(float *values, int64_t n, int64_t k) {
    for (int64_t low = 0, high = n - 1; low < high;) {
        const float middle = values[low + (high - low) / 2];
        int64_t i = low, j = high;
        while (i <= j) {
            while (values[i] < middle) i++;
            while (values[j] > middle) j--;
            if (i > j) break;
            const float swap = values[i];
            values[i++] = values[j];
            values[j--] = swap;
        }
        if (k > j && k < i) return;
        if (k <= j) high = j;
        if (k >= i) low = i;
    }
}

double fsc_median_of(float *values, int64_t n) {
    if (n == 0) return (double)NAN;
    select_rank(values, n, n / 2);
    if (n % 2) return (double)values[n / 2];
    float below = values[0];
    for (int64_t i = 1; i < n / 2; i++) below = fmaxf(below, values[i]);
    return 0.5 * ((double)below + (double)values[n / 2]);
}
