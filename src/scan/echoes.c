/* Multi-echo images: put in order of echo time, checked against each other, read in place. */
#include "alloc.h"
#include "fail.h"
#include "format.h"
#include "read.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Echo times of a pair (magnitude and phase) are copies of one number; writers round to a microsecond. */
#define SAME_TE_S 2e-6

typedef struct echo_frame {
    int32_t image; /* index of fsc_found.image */
    int64_t frame; /* within the file */
    int64_t order; /* echo number as far as stated, else 0 */
} echo_frame;

/* All frames of one role; te_s[i] belongs to frame[i]. */
typedef struct echo_stack {
    echo_frame frame[FSC_ECHO_MAX];
    double te_s[FSC_ECHO_MAX];
    int32_t n;
    fsc_role role;
} echo_stack;

FSC_DEFINE_AUTO(fsc_nifti, fsc_nifti_close)

static const char *role_text(fsc_role role) {
    switch (role) {
    case FSC_ROLE_MAGNITUDE: return "magnitude";
    case FSC_ROLE_PHASE: return "phase";
    case FSC_ROLE_REAL: return "real part";
    case FSC_ROLE_IMAGINARY: return "imaginary part";
    default: return "image";
    }
}

/* The sidecar must be there, readable, and of one mind with the name. */
static fsc_status check_sidecar(const fsc_image *image, fsc_error *err) {
    const fsc_sidecar *s = &image->sidecar;
    if (image->sidecar_state == FSC_SIDECAR_ABSENT)
        return fsc_fail(err, FSC_E_FORMAT, "%s: its sidecar (.json) with EchoTime is missing", image->path);
    if (s->n_te == 0)
        return fsc_fail(err, FSC_E_FORMAT, "%s: its sidecar gives no EchoTime; add it in seconds", image->path);
    if (isnan(s->te[0]))
        return fsc_fail(err, FSC_E_FORMAT, "%s: EchoTime in its sidecar is no number; write it as 0.0023, in seconds",
                        image->path);
    if (s->spin_echo)
        return fsc_fail(err, FSC_E_UNSUPPORTED,
                        "%s: is a spin echo by its sidecar (ScanningSequence or SequenceName); fat and water are told "
                        "apart in gradient echoes",
                        image->path);
    if (image->role_named && s->role >= FSC_ROLE_MAGNITUDE && s->role <= FSC_ROLE_IMAGINARY && s->role != image->role)
        return fsc_fail(err, FSC_E_FORMAT,
                        "%s: is %s by its name and %s by ImageType in its sidecar; correct one of them", image->path,
                        role_text(image->role), role_text(s->role));
    return FSC_OK;
}

static fsc_status add_image(echo_stack *stack, fsc_scan *scan, const fsc_found *found, int32_t index, const char *first,
                            fsc_error *err) {
    const fsc_image *image = &found->image[index];
    FSC_TRY(fsc_scan_use_image(scan, image, err));
    FSC_TRY(check_sidecar(image, err));
    FSC_AUTO(fsc_nifti) file = NULL;
    FSC_TRY(fsc_nifti_open(&file, image->path, err));
    FSC_TRY(fsc_scan_take_grid(scan, &file->header, image->path, first, err));
    const int64_t n = file->header.n_frame;
    const fsc_sidecar *s = &image->sidecar;
    if (n != s->n_te)
        return fsc_fail(err, FSC_E_FORMAT, "%s: holds %lld images, its sidecar gives %d echo times", image->path,
                        (long long)n, (int)s->n_te);
    if (stack->n + n > FSC_ECHO_MAX)
        return fsc_fail(err, FSC_E_RANGE, "%s: more than %d echoes", image->path, FSC_ECHO_MAX);
    for (int64_t f = 0; f < n; f++) {
        const int64_t number = n > 1 ? f + 1 : image->echo > 0 ? image->echo : s->echo;
        stack->te_s[stack->n] = s->te[f];
        stack->frame[stack->n++] = (echo_frame){index, f, number};
    }
    return FSC_OK;
}

static fsc_status make_stack(echo_stack *stack, fsc_scan *scan, const fsc_found *found, fsc_role role,
                             const char *first, fsc_error *err) {
    int32_t index[FSC_ECHO_MAX], n;
    fsc_found_list(index, &n, FSC_ECHO_MAX, found, role);
    memset(stack, 0, sizeof *stack);
    stack->role = role;
    if (n > FSC_ECHO_MAX)
        return fsc_fail(err, FSC_E_RANGE, "%s: %d files for one scan, at most %d echoes can be used",
                        found->image[index[0]].path, (int)n, FSC_ECHO_MAX);
    for (int32_t i = 0; i < n; i++) FSC_TRY(add_image(stack, scan, found, index[i], first, err));
    return FSC_OK;
}

static void sort_stack(echo_stack *stack) {
    for (int32_t i = 1; i < stack->n; i++)
        for (int32_t j = i; j > 0 && stack->te_s[j] < stack->te_s[j - 1]; j--) {
            const double te_s = stack->te_s[j];
            const echo_frame frame = stack->frame[j];
            stack->te_s[j] = stack->te_s[j - 1];
            stack->frame[j] = stack->frame[j - 1];
            stack->te_s[j - 1] = te_s;
            stack->frame[j - 1] = frame;
        }
}

/* After sorting: no two echoes at one time. Echo numbers have no order in BIDS, so the times decide; but numbers that
 * fall are said, as exchanged sidecars look like that. */
static fsc_status check_times(const echo_stack *stack, fsc_notes *notes, const fsc_found *found, fsc_error *err) {
    int said = 0;
    for (int32_t i = 1; i < stack->n; i++) {
        const echo_frame *a = &stack->frame[i - 1], *b = &stack->frame[i];
        const char *path = found->image[b->image].path, *other = found->image[a->image].path;
        if (stack->te_s[i] - stack->te_s[i - 1] < SAME_TE_S)
            return fsc_fail(err, FSC_E_RANGE, "%s: has the same EchoTime (%g ms) as %s; correct the sidecars", path,
                            1e3 * stack->te_s[i], a->image == b->image ? "another of its echoes" : other);
        if (a->order > 0 && b->order > 0 && b->order < a->order && !said++)
            fsc_notes_add(notes, FSC_NOTE_WARNING, "echo-order",
                          "Echoes may be exchanged: echo times fall as echo numbers rise (echo %lld has %g ms, echo "
                          "%lld %g ms); the times are used.",
                          (long long)b->order, 1e3 * stack->te_s[i], (long long)a->order, 1e3 * stack->te_s[i - 1]);
    }
    return FSC_OK;
}

/* b must have exactly a's echoes. */
static fsc_status check_pairs(const echo_stack *a, const echo_stack *b, const fsc_found *found, fsc_error *err) {
    for (int32_t i = 0, j = 0; i < a->n || j < b->n; i++, j++) {
        const double te_a = i < a->n ? a->te_s[i] : (double)INFINITY, te_b = j < b->n ? b->te_s[j] : (double)INFINITY;
        if (fabs(te_a - te_b) < SAME_TE_S) continue;
        const echo_stack *has = te_a < te_b ? a : b, *lacks = te_a < te_b ? b : a;
        const int32_t at = te_a < te_b ? i : j;
        return fsc_fail(err, FSC_E_FORMAT, "%s: %s without %s at EchoTime %g ms; add the missing file",
                        found->image[has->frame[at].image].path, role_text(has->role), role_text(lacks->role),
                        1e3 * has->te_s[at]);
    }
    return FSC_OK;
}

static fsc_status read_stack(float *out, const echo_stack *stack, const fsc_scan *scan, const fsc_found *found,
                             const fsc_progress *progress, double begin, double end, fsc_error *err) {
    const int64_t n_voxel = fsc_grid_count(&scan->grid);
    int32_t done = 0;
    for (int32_t i = 0; i < stack->n; i++) {
        if (stack->frame[i].frame != 0) continue; /* a file's first frame stands for the file */
        const int32_t image = stack->frame[i].image;
        const char *path = found->image[image].path;
        FSC_AUTO(fsc_nifti) file = NULL;
        FSC_TRY(fsc_nifti_open(&file, path, err));
        for (int64_t f = 0; f < file->header.n_frame; f++) {
            int32_t slot = 0;
            while (slot < stack->n && (stack->frame[slot].image != image || stack->frame[slot].frame != f)) slot++;
            if (slot == stack->n || fsc_grid_count(&file->header.grid) != n_voxel)
                return fsc_fail(err, FSC_E_IO, "%s: changed while it was read", path);
            FSC_TRY(fsc_progress_step(progress, "reading", begin + (end - begin) * done++ / stack->n, err));
            FSC_TRY(fsc_nifti_read_floats(file, out + slot * n_voxel, n_voxel, err));
            if (fsc_scan_check_finite(out + slot * n_voxel, &scan->grid, path, 1, NULL) != FSC_OK)
                return fsc_scan_check_finite(out + slot * n_voxel, &scan->grid, path, 0, err);
            FSC_TRY(fsc_echo_check(out + slot * n_voxel, n_voxel, stack->role == FSC_ROLE_MAGNITUDE, path, err));
        }
    }
    return FSC_OK;
}

/* Which two roles (or magnitude alone) make up the scan; a half alone is refused by name. */
static fsc_status choose_roles(fsc_role role[2], const fsc_found *found, fsc_error *err) {
    int32_t n[FSC_ROLE_COUNT], at[1] = {0}, ignored;
    for (int r = 0; r < FSC_ROLE_COUNT; r++) n[r] = fsc_found_count(found, found->set, (fsc_role)r);
    role[1] = FSC_ROLE_NONE;
    if (n[FSC_ROLE_MIXED] > 0) {
        fsc_found_list(at, &ignored, 1, found, FSC_ROLE_MIXED);
        return fsc_fail(
            err, FSC_E_UNSUPPORTED,
            "%s: holds magnitude and phase in no stated order; convert the DICOM files with a newer dcm2niix",
            found->image[at[0]].path);
    }
    const int cartesian = n[FSC_ROLE_REAL] > 0 && n[FSC_ROLE_IMAGINARY] > 0;
    const int polar = n[FSC_ROLE_MAGNITUDE] > 0 && n[FSC_ROLE_PHASE] > 0;
    if (cartesian || polar) {
        /* Both: real and imaginary parts need no unit to be guessed, so they win. */
        role[0] = cartesian ? FSC_ROLE_REAL : FSC_ROLE_MAGNITUDE;
        role[1] = cartesian ? FSC_ROLE_IMAGINARY : FSC_ROLE_PHASE;
        return FSC_OK;
    }
    static const fsc_role half[3][2] = {
        {FSC_ROLE_PHASE, FSC_ROLE_MAGNITUDE}, {FSC_ROLE_REAL, FSC_ROLE_IMAGINARY}, {FSC_ROLE_IMAGINARY, FSC_ROLE_REAL}};
    for (int h = 0; h < 3; h++) {
        fsc_found_list(at, &ignored, 1, found, half[h][0]);
        if (n[half[h][0]] > 0)
            return fsc_fail(err, FSC_E_FORMAT, "%s: %s without %s; put the missing images beside it",
                            found->image[at[0]].path, role_text(half[h][0]), role_text(half[h][1]));
    }
    role[0] = FSC_ROLE_MAGNITUDE;
    return FSC_OK;
}

static fsc_status judge_times(echo_stack *stack, fsc_scan *scan, const fsc_found *found, fsc_error *err) {
    for (int32_t i = 0; i < stack->n; i++) /* the file of the first time that is none is named */
        if (!(stack->te_s[i] > 0) || i == stack->n - 1)
            return fsc_scan_judge_te(stack->te_s[i] > 0 ? stack->te_s : &stack->te_s[i],
                                     stack->te_s[i] > 0 ? stack->n : 1, &scan->notes,
                                     found->image[stack->frame[i].image].path, err);
    return FSC_OK;
}

/* Both stacks in order, in seconds, checked; the scan's echo times and facts taken. */
static fsc_status settle(echo_stack *a, echo_stack *b, fsc_scan *scan, const fsc_found *found, fsc_error *err) {
    const char *first = found->image[a->frame[0].image].path;
    FSC_TRY(judge_times(a, scan, found, err));
    FSC_TRY(judge_times(b, scan, found, err));
    sort_stack(a);
    sort_stack(b);
    FSC_TRY(check_times(a, &scan->notes, found, err));
    FSC_TRY(check_times(b, &scan->notes, found, err));
    if (b->role != FSC_ROLE_NONE) FSC_TRY(check_pairs(a, b, found, err));
    if (a->n < 2)
        return fsc_fail(err, FSC_E_RANGE, "%s: is the only echo; fat and water need at least two, and three for R2*",
                        first);
    scan->n_echo = a->n;
    for (int32_t i = 0; i < a->n; i++) {
        scan->te_s[i] = a->te_s[i];
        fsc_scan_take_facts(scan, &found->image[a->frame[i].image].sidecar);
    }
    for (int32_t i = 0; i < b->n; i++) fsc_scan_take_facts(scan, &found->image[b->frame[i].image].sidecar);
    return FSC_OK;
}

/* A voxel that is NaN in every echo was left out on purpose; one that is NaN in some is damage. */
static fsc_status check_missing(fsc_scan *scan, const echo_stack *a, const echo_stack *b, const fsc_found *found,
                                fsc_error *err) {
    const int64_t n_voxel = fsc_grid_count(&scan->grid);
    int64_t n_partial, first;
    fsc_echoes_mask(scan, &n_partial, &first);
    for (int32_t e = 0; n_partial > 0 && e < scan->n_echo; e++) {
        FSC_TRY(fsc_scan_check_finite(scan->echo_re + e * n_voxel, &scan->grid, found->image[a->frame[e].image].path, 0,
                                      err));
        if (scan->echo_im)
            FSC_TRY(fsc_scan_check_finite(scan->echo_im + e * n_voxel, &scan->grid,
                                          found->image[b->frame[e].image].path, 0, err));
    }
    return FSC_OK;
}

/* What lies beside the chosen images and was not used: computed images of their series, and a phase that belongs to no
 * magnitude. */
static void say_unused(fsc_scan *scan, const fsc_found *found, const echo_stack *a) {
    char list[120] = "";
    int32_t n = 0;
    for (int32_t i = 0; i < found->n; i++) {
        const fsc_image *image = &found->image[i];
        if (image->set == found->set && image->role == FSC_ROLE_DERIVED) {
            const size_t used = strlen(list);
            if (n++ < 4) fsc_format(list + used, sizeof list - used, "%s%s", used ? ", " : "", image->stem);
        }
        if (scan->kind == FSC_SCAN_MAGNITUDE && image->set != found->set && image->role == FSC_ROLE_PHASE &&
            image->sidecar.n_te > 0 &&
            fabs(image->sidecar.te[0] - found->image[a->frame[0].image].sidecar.te[0]) < SAME_TE_S)
            fsc_notes_add(&scan->notes, FSC_NOTE_WARNING, "phase-unused",
                          "Magnitudes alone are used: %s has an echo time of theirs but another name; name magnitude "
                          "and phase alike (_e1, _e1_ph) to use both.",
                          image->stem);
    }
    if (n > 0)
        fsc_notes_add(&scan->notes, FSC_NOTE_FOUND, "derived-left-out",
                      "%d image%s of the series %s computed by the scanner (ImageType) and left out: %s%s.", (int)n,
                      n == 1 ? "" : "s", n == 1 ? "is" : "are", list, n > 4 ? " ..." : "");
}

fsc_status fsc_read_echoes(fsc_scan *scan, const fsc_found *found, const fsc_progress *progress, fsc_error *err) {
    fsc_role role[2];
    echo_stack a = {0}, b = {0};
    int32_t lead[1], ignored;
    FSC_TRY(choose_roles(role, found, err));
    fsc_found_list(lead, &ignored, 1, found, role[0]);
    const char *first = found->image[lead[0]].path;
    FSC_TRY(make_stack(&a, scan, found, role[0], first, err));
    if (role[1] != FSC_ROLE_NONE) FSC_TRY(make_stack(&b, scan, found, role[1], first, err));
    FSC_TRY(settle(&a, &b, scan, found, err));

    const int64_t n = fsc_grid_count(&scan->grid) * scan->n_echo;
    const double half = role[1] != FSC_ROLE_NONE ? 0.5 : 1;
    scan->echo_re = fsc_alloc(n, sizeof *scan->echo_re);
    if (!scan->echo_re) return fsc_fail_nomem(err, "reading echoes");
    FSC_TRY(read_stack(scan->echo_re, &a, scan, found, progress, 0, half, err));
    scan->kind = role[1] == FSC_ROLE_NONE ? FSC_SCAN_MAGNITUDE : FSC_SCAN_COMPLEX;
    say_unused(scan, found, &a);
    if (role[1] == FSC_ROLE_NONE) return check_missing(scan, &a, &b, found, err);
    scan->echo_im = fsc_alloc(n, sizeof *scan->echo_im);
    if (!scan->echo_im) return fsc_fail_nomem(err, "reading echoes");
    FSC_TRY(read_stack(scan->echo_im, &b, scan, found, progress, half, 1, err));
    FSC_TRY(check_missing(scan, &a, &b, found, err));
    if (role[1] != FSC_ROLE_PHASE) return FSC_OK;
    const fsc_image *phase = &found->image[b.frame[0].image];
    return fsc_phase_to_complex(scan->echo_re, scan->echo_im, n, phase->sidecar.units, &scan->notes, phase->path, err);
}
