/* libFuzzer's way in: FSC_READER names the reader. Built and run by `make fuzz`. */
#define _XOPEN_SOURCE 700 /* nftw(3) */
#include "all.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    static const struct reader *chosen;
    if (!chosen) {
        const char *name = getenv("FSC_READER");
        for (int i = 0; i < N_READER; i++)
            if (name && strcmp(readers[i].name, name) == 0) chosen = &readers[i];
        if (!chosen) exit(2);
    }
    chosen->read(bytes, n);
    return 0;
}
