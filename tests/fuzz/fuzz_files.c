/* Broken files without end: sound NIfTI images and sidecars, changed byte by byte by a fixed random sequence, go
 * through every reader. A reader may accept or refuse; it must not crash, leak (under the sanitizers), or fail without
 * a line. usage: fuzz_files [ROUNDS [SEED]]: the normal run replays the same corpus every time. */
#include "../unit/scan/mat_bytes.h"
#include "../unit/volume/nifti_bytes.h"

#include <fascicle/scan.h>
#include <fascicle/volume.h>
#include <stdio.h>
#include <unistd.h>

static uint64_t random_state;

static uint32_t draw(uint32_t below) { /* xorshift64*, Vigna 2016 */
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (uint32_t)((random_state * 2685821657736338717u) >> 33) % below;
}

static int check(const char *reader, fsc_status status, const fsc_error *err, long round) {
    const int sound = status == FSC_OK || (err->code == status && err->text[0] && !strchr(err->text, '\n'));
    if (!sound) printf("round %ld: %s gave status %d and the line '%s'\n", round, reader, (int)status, err->text);
    return sound;
}

/* A few bytes overwritten with values that break things: extremes, flipped bits, anything. */
static size_t damage(unsigned char *bytes, size_t n, size_t head) {
    static const unsigned char extreme[] = {0x00, 0xff, 0x7f, 0x80, 0x01};
    const uint32_t times = 1 + draw(6);
    for (uint32_t t = 0; t < times; t++) {
        const size_t reach = draw(4) > 0 && head < n ? head : n;
        const size_t at = draw((uint32_t)reach);
        switch (draw(3)) {
        case 0: bytes[at] = extreme[draw(sizeof extreme)]; break;
        case 1: bytes[at] ^= (unsigned char)(1u << draw(8)); break;
        default: bytes[at] = (unsigned char)draw(256);
        }
    }
    return draw(5) == 0 ? draw((uint32_t)n + 1) : n;
}

static void save_raw(const char *path, const unsigned char *bytes, size_t n) {
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, n, file) != n || fclose(file) != 0) abort();
}

static unsigned char *load_raw(const char *path, size_t *n) {
    FILE *file = fopen(path, "rb");
    unsigned char *bytes = calloc(1, 65536);
    if (!file || !bytes) abort();
    *n = fread(bytes, 1, 65536, file);
    (void)fclose(file);
    return bytes;
}

static void save_damaged_image(const char *dir, int echo, const char *part, int harm) {
    static const int type[] = {2, 4, 8, 16, 64, 256, 512, 768, 1024, 1280};
    char path[256];
    double value[60];
    const nifti_plan plan = {.version = 1 + (int)draw(2),
                             .big = (int)draw(2),
                             .datatype = type[draw(10)],
                             .dim = {3, 5, 4, 3, 1, 1, 1, 1},
                             .pixdim = {1, 1.5, 1.5, 4, 1, 1, 1, 1},
                             .sform = (int)draw(2),
                             .qform = (int)draw(2),
                             .slope = draw(2),
                             .units = 2,
                             .srow = {1.5, 0, 0, 0, 0, 1.5, 0, 0, 0, 0, 4, 0}};
    for (int v = 0; v < 60; v++) value[v] = (double)draw(4);
    (void)snprintf(path, sizeof path, "%s/sub-1_echo-%d_part-%s_MEGRE.nii.gz", dir, echo, part);
    size_t n;
    unsigned char *bytes = nifti_make(&n, &plan, value, 60);
    const int packed = (int)draw(2);
    if (harm && !(packed && draw(2))) n = damage(bytes, n, 544);
    if (!packed)
        save_raw(path, bytes, n);
    else
        nifti_save_bytes(path, bytes, n);
    free(bytes);
    if (!harm || !packed) return;
    bytes = load_raw(path, &n); /* and the compressed stream itself */
    if (n > 0 && draw(2)) n = damage(bytes, n, 20);
    save_raw(path, bytes, n);
    free(bytes);
}

static void save_damaged_sidecar(const char *dir, int echo, const char *part, int harm) {
    char path[256], text[256];
    (void)snprintf(path, sizeof path, "%s/sub-1_echo-%d_part-%s_MEGRE.json", dir, echo, part);
    (void)snprintf(text, sizeof text,
                   "{\"EchoTime\": %g, \"EchoNumber\": %d, \"ImageType\": [\"M\", \"ND\"], \"Units\": \"rad\", "
                   "\"VoxelSizeAssumed\": true, \"MagneticFieldStrength\": 3}",
                   0.001 + 0.001 * echo, echo);
    if (strcmp(part, "phase") == 0) strstr(text, "\"M\"")[1] = 'P';
    size_t n = strlen(text);
    if (harm) n = damage((unsigned char *)text, n, n);
    save_raw(path, (const unsigned char *)text, n);
}

static void save_damaged_matlab(const char *path) {
    static const int stored[] = {MAT_DOUBLE, MAT_SINGLE, MAT_INT16, MAT_UINT8};
    double re[24], im[24], te[2] = {0.001, 0.002}, field = 3;
    for (int v = 0; v < 24; v++) re[v] = im[v] = (double)draw(200);
    const int type = stored[draw(4)];
    const mat_array f[3] = {{"images", 6, type, 5, {3, 2, 2, 1, 2}, re, im},
                            {"TE", 6, MAT_DOUBLE, 2, {1, 2}, te, NULL},
                            {"FieldStrength", 6, MAT_UINT8, 2, {1, 1}, &field, NULL}};
    mat_out file = mat_file("imDataParams", f, 3, (int)draw(2), (int)draw(2));
    if (draw(3) > 0) file.n = damage(file.bytes + 124, file.n - 124, 400) + 124;
    save_raw(path, file.bytes, file.n);
    free(file.bytes);
}

static int read_matlab(const char *dir, long round, long *accepted) {
    char path[256];
    fsc_scan *scan = NULL;
    fsc_error err = FSC_ERROR_INIT;
    (void)snprintf(path, sizeof path, "%s/case.mat", dir);
    save_damaged_matlab(path);
    const int sound = check("fsc_scan_read of .mat", fsc_scan_read(&scan, path, NULL, &err), &err, round);
    *accepted += scan != NULL;
    fsc_scan_free(scan);
    (void)unlink(path); /* so that the folder holds one scan */
    return sound;
}

static int read_all(const char *dir, long round, long *accepted) {
    char path[256];
    fsc_volume *volume = NULL;
    fsc_labels *labels = NULL;
    fsc_scan *scan = NULL;
    fsc_error err = FSC_ERROR_INIT;
    (void)snprintf(path, sizeof path, "%s/sub-1_echo-1_part-mag_MEGRE.nii.gz", dir);
    fsc_status status = fsc_volume_read(&volume, path, &err);
    int sound = check("fsc_volume_read", status, &err, round);
    err = (fsc_error)FSC_ERROR_INIT;
    status = fsc_labels_read(&labels, path, &err);
    sound &= check("fsc_labels_read", status, &err, round);
    err = (fsc_error)FSC_ERROR_INIT;
    status = fsc_scan_read(&scan, dir, NULL, &err);
    sound &= check("fsc_scan_read", status, &err, round);
    accepted[0] += volume != NULL;
    accepted[1] += scan != NULL;
    fsc_volume_free(volume);
    fsc_labels_free(labels);
    fsc_scan_free(scan);
    return sound;
}

int main(int argc, char **argv) {
    static const char *const part[] = {"mag", "phase"};
    const long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 250;
    random_state = argc > 2 ? strtoul(argv[2], NULL, 10) | 1 : 20260101;
    char dir[] = "/tmp/fsc-fuzz-XXXXXX", path[256];
    if (!mkdtemp(dir)) return 1;
    int sound = 1;
    long accepted[3] = {0, 0, 0};
    for (long round = 0; round < rounds && sound; round++) {
        const uint32_t harmed = draw(5); /* one file of the set, or none */
        for (int f = 0; f < 4; f++) {
            const int image = harmed == (uint32_t)f && draw(3) > 0, sidecar = harmed == (uint32_t)f && !image;
            save_damaged_image(dir, 1 + f / 2, part[f % 2], image);
            save_damaged_sidecar(dir, 1 + f / 2, part[f % 2], sidecar);
        }
        sound = read_all(dir, round, accepted) && read_matlab(dir, round, &accepted[2]);
    }
    for (int f = 0; f < 4; f++) {
        (void)snprintf(path, sizeof path, "%s/sub-1_echo-%d_part-%s_MEGRE.nii.gz", dir, 1 + f / 2, part[f % 2]);
        (void)unlink(path);
        (void)snprintf(path, sizeof path, "%s/sub-1_echo-%d_part-%s_MEGRE.json", dir, 1 + f / 2, part[f % 2]);
        (void)unlink(path);
    }
    (void)rmdir(dir);
    printf("%ld rounds: %ld images, %ld scans and %ld MATLAB files were accepted\n", rounds, accepted[0], accepted[1],
           accepted[2]);
    for (int a = 0; a < 3; a++) /* a corpus that is always or never accepted tests nothing */
        sound &= accepted[a] > 0 && accepted[a] < rounds;
    return !sound;
}
