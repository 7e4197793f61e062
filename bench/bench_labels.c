/* How far proposed and carried labels lie from the true ones, on drawn people: one line a label and one a site.
 * usage: bench_labels propose|carry FIRST LAST. tests/torture/labels runs it and says what the lines come to.
 *
 * People are the phantom's (own sizes of every muscle, fat, texture) bent by smooth waves that neither the phantom nor
 * the proposal knows, with scoliosis, tilt up to 20 degrees, fat to 40 %, half the slices, and voxels of 0.6 to 1.3
 * times the number, all by turns of the person's number. */
#include <fascicle/fascicle.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { WAVES = 12, MUSCLES = 8, INJURIES = 80 };
static const int32_t value_of[MUSCLES] = {5101, 5102, 5111, 5112, 5121, 5122, 5131, 5132};
static fsc_error error = FSC_ERROR_INIT;

static void must(fsc_status status) {
    if (status == FSC_OK) return;
    fprintf(stderr, "bench_labels: %s\n", error.text);
    exit(1);
}

static void *block(int64_t n, size_t size) {
    void *p = calloc((size_t)n, size);
    if (!p) exit(2);
    return p;
}

/* A generator of its own (SplitMix64; Steele 2014). */
static uint64_t state;
static double uniform(void) {
    uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}
static double normal(void) {
    return sqrt(-2 * log(1 - uniform())) * cos(6.283185307179586 * uniform());
}

/* Waves of several millimetres over decimetres, a back that bends aside, and one that rounds. */
typedef struct posture {
    double sd_mm, aside_mm, round_mm, k[WAVES][3], phase[3][WAVES];
} posture;

static posture take_posture(double sd_mm, double length_mm, double aside_mm, double round_mm) {
    posture p = {.sd_mm = sd_mm, .aside_mm = aside_mm, .round_mm = round_mm};
    for (int i = 0; i < WAVES; i++)
        for (int a = 0; a < 3; a++) {
            p.k[i][a] = normal() / length_mm;
            p.phase[a][i] = 6.283185307179586 * uniform();
        }
    return p;
}

static void lies_at(double mm[3], const posture *p) {
    double u[3];
    for (int c = 0; c < 3; c++) {
        u[c] = 0;
        for (int i = 0; i < WAVES; i++)
            u[c] += cos(p->k[i][0] * mm[0] + p->k[i][1] * mm[1] + p->k[i][2] * mm[2] + p->phase[c][i]);
        u[c] *= p->sd_mm * sqrt(2.0 / WAVES);
    }
    u[0] += p->aside_mm * sin(3.14159265358979 * mm[2] / 160);
    u[1] += p->round_mm * (mm[2] / 80) * (mm[2] / 80);
    for (int c = 0; c < 3; c++) mm[c] += u[c];
}

typedef struct visit {
    fsc_fatwater maps;
    fsc_labels muscles, levels;
} visit;

static void free_visit(visit *v) {
    free(v->maps.water);
    free(v->maps.fat);
    free(v->maps.pdff_fraction);
    free(v->maps.pdff_se_fraction);
    free(v->muscles.data);
    free(v->levels.data);
}

static double linear(const float *value, const int64_t dim[3], const double index[3]) {
    double sum = 0, all = 0;
    for (int corner = 0; corner < 8; corner++) {
        int64_t at = 0;
        double part = 1;
        for (int a = 2; a >= 0; a--) {
            int64_t i = (int64_t)floor(index[a]) + (corner >> a & 1);
            part *= corner >> a & 1 ? index[a] - floor(index[a]) : 1 - (index[a] - floor(index[a]));
            i = i < 0 ? 0 : i >= dim[a] ? dim[a] - 1 : i;
            at = at * dim[a] + i;
        }
        if (isnan(value[at])) continue;
        sum += part * (double)value[at];
        all += part;
    }
    return all > 0 ? sum / all : 0;
}

/* What the scan shows of a drawn person of that build who lies so (NULL: as drawn), with 2 % noise. */
static visit see(const fsc_phantom *p, const posture *build, const posture *lies) {
    const fsc_grid *g = &p->scan->grid;
    const int64_t n = g->dim[0] * g->dim[1] * g->dim[2];
    visit v = {.maps = {.grid = *g, .method = FSC_METHOD_COMPLEX}, .muscles = {.grid = *g}, .levels = {.grid = *g}};
    v.maps.water = block(n, sizeof(float));
    v.maps.fat = block(n, sizeof(float));
    v.maps.pdff_fraction = block(n, sizeof(float));
    v.maps.pdff_se_fraction = block(n, sizeof(float));
    v.muscles.data = block(n, sizeof(int32_t));
    v.levels.data = block(n, sizeof(int32_t));
    for (int64_t at = 0; at < n; at++) {
        const int64_t ijk[3] = {at % g->dim[0], at / g->dim[0] % g->dim[1], at / (g->dim[0] * g->dim[1])};
        double index[3] = {(double)ijk[0], (double)ijk[1], (double)ijk[2]}, mm[3];
        fsc_grid_to_mm(g, index, mm);
        if (lies) lies_at(mm, lies);
        lies_at(mm, build);
        must(fsc_grid_to_index(g, mm, index));
        int64_t from = 0;
        for (int a = 2; a >= 0; a--) {
            int64_t c = (int64_t)floor(index[a] + 0.5);
            c = c < 0 ? 0 : c >= g->dim[a] ? g->dim[a] - 1 : c;
            from = from * g->dim[a] + c;
        }
        v.muscles.data[at] = p->muscles->data[from];
        v.levels.data[at] = p->levels->data[from];
        const double water = linear(p->truth_water, g->dim, index), fat = linear(p->truth_fat, g->dim, index);
        const double all = water + fat, noise = 0.02 * normal(), noise2 = 0.02 * normal();
        v.maps.water[at] = (float)(water + noise * all);
        v.maps.fat[at] = (float)(fat + noise2 * all);
        v.maps.pdff_se_fraction[at] = all > 0 ? (float)(0.02 * hypot(fat, water) / all) : NAN;
        v.maps.pdff_fraction[at] = all > 0 ? (float)((fat + noise2 * all) / (all * (1 + noise + noise2))) : NAN;
    }
    return v;
}

/* What rises between two visits, and by how much. */
static const struct {
    const char *muscle, *level;
    fsc_side side;
} struck[] = {{"multifidus", "L4", FSC_SIDE_LEFT},
              {"erector_spinae", "L2", FSC_SIDE_RIGHT},
              {"psoas_major", "L4", FSC_SIDE_LEFT}};
enum { STRUCK = sizeof struck / sizeof *struck };
#define RISE 0.06

/* added: mean fat on top of everything at every lumbar site; rise: at the struck ones. */
static fsc_phantom *draw(uint64_t person, double added, double rise, double tilt_deg, const double shift_mm[3],
                         double scale, double dropped) {
    static fsc_phantom_injury injury[INJURIES];
    static const char *const muscle[] = {"multifidus", "erector_spinae", "psoas_major", "quadratus_lumborum"};
    static const char *const level[] = {"L1", "L2", "L3", "L4", "L5"};
    fsc_phantom_options opt = FSC_PHANTOM_OPTIONS_INIT;
    opt.seed = person;
    opt.n_echo = 2;
    opt.scale = scale;
    opt.tilt_deg = tilt_deg;
    opt.drop_slices_fraction = dropped;
    for (int a = 0; a < 3; a++) opt.shift_mm[a] = shift_mm[a];
    opt.injury = injury;
    for (int m = 0; m < 4 && added > 0; m++)
        for (int l = 0; l < (m < 3 ? 5 : 4); l++)
            for (int side = 0; side < 2; side++) {
                fsc_phantom_injury *to = &injury[opt.n_injury++];
                to->place = fsc_place_of(muscle[m], level[l], side ? FSC_SIDE_RIGHT : FSC_SIDE_LEFT);
                to->pdff_added_fraction = added * (0.6 + 0.8 * uniform());
            }
    for (int i = 0; i < STRUCK && rise > 0; i++) {
        fsc_phantom_injury *to = &injury[opt.n_injury++];
        to->place = fsc_place_of(struck[i].muscle, struck[i].level, struck[i].side);
        to->pdff_added_fraction = rise;
    }
    fsc_phantom *p = NULL;
    must(fsc_phantom_make(&p, &opt, &error));
    return p;
}

static double dice(const fsc_labels *a, const fsc_labels *b, int32_t value) {
    const int64_t n = a->grid.dim[0] * a->grid.dim[1] * a->grid.dim[2];
    double both = 0, all = 0;
    for (int64_t v = 0; v < n; v++) {
        both += a->data[v] == value && b->data[v] == value;
        all += (a->data[v] == value) + (b->data[v] == value);
    }
    return all > 0 ? 2 * both / all : (double)NAN;
}

/* Middle of a value's voxels in mm; returns how many. */
static double centre(double mm[3], const fsc_labels *labels, int32_t value) {
    double sum[3] = {0, 0, 0}, n = 0;
    const fsc_grid *g = &labels->grid;
    for (int64_t at = 0; at < g->dim[0] * g->dim[1] * g->dim[2]; at++) {
        if (labels->data[at] != value) continue;
        const double index[3] = {(double)(at % g->dim[0]), (double)(at / g->dim[0] % g->dim[1]),
                                 (double)(at / (g->dim[0] * g->dim[1]))};
        fsc_grid_to_mm(g, index, mm);
        for (int a = 0; a < 3; a++) sum[a] += mm[a];
        n++;
    }
    for (int a = 0; a < 3; a++) mm[a] = sum[a] / n;
    return n;
}

static fsc_measures *measure(const visit *v, const fsc_labels *muscles, const fsc_labels *levels,
                             fsc_label_source source, int with_errors, fsc_sites **kept) {
    fsc_sites_options opt = FSC_SITES_OPTIONS_INIT;
    fsc_sites *sites = NULL;
    fsc_measures *m = NULL;
    opt.muscle_scheme = "musclemap";
    opt.level_scheme = "sct";
    opt.label_source = source;
    must(fsc_sites_build(&sites, &v->maps.grid, muscles, levels, &opt, &error));
    if (!with_errors) sites->border_sd_mm = 0;
    must(fsc_measure_run(&m, &v->maps, sites, NULL, &error));
    if (kept)
        *kept = sites;
    else
        fsc_sites_free(sites);
    return m;
}

static double fat_share(const visit *v, const fsc_sites *sites, const fsc_row *row, double over) {
    const int64_t n = v->maps.grid.dim[0] * v->maps.grid.dim[1] * v->maps.grid.dim[2];
    double fat = 0, all = 0;
    for (int64_t at = 0; at < n; at++) {
        const int32_t s = sites->site_of_voxel[at] - 1;
        if (s < 0 || !fsc_place_same(&sites->site[s].place, &row->place)) continue;
        all++;
        fat += (double)v->maps.pdff_fraction[at] > over;
    }
    return fat / all;
}

/* One line a site: what is measured, the truth, standard errors. Flags of the label or of this level; "-" = none. */
static void print_sites(uint64_t person, const visit *v, const fsc_labels *muscles, const fsc_labels *levels,
                        fsc_label_source source, const fsc_proposal *q) {
    fsc_sites *sites = NULL;
    fsc_measures *truth = measure(v, &v->muscles, &v->levels, FSC_LABELS_EXTERNAL, 0, NULL),
                 *mine = measure(v, muscles, levels, source, 1, &sites);
    for (int32_t r = 0; r < mine->n_row; r++) {
        const fsc_row *row = &mine->row[r];
        const fsc_row *t = fsc_measures_find(truth, row->place.muscle, row->place.level, row->place.side);
        if (row->kind != FSC_ROW_SITE || row->n_voxel < 30 || !strcmp(row->place.level, "n/a")) continue;
        const char *flags = "";
        for (int32_t i = 0; q && i < q->n_muscle; i++) {
            const fsc_proposed_muscle *label = &q->muscle[i];
            if (strcmp(label->muscle, row->place.muscle) != 0 || label->side != row->place.side) continue;
            /* Of the whole label, or of this level of it. */
            const int here = strstr(label->look_at, row->place.level) != NULL,
                      only = !strcmp(label->flags, "fat-in-part");
            flags = only && !here ? "" : label->flags;
        }
        printf("site\t%d\t%s\t%s\t%s\t%d\t%d\t%.5f\t%.5f", (int)person, row->place.muscle, row->place.level,
               fsc_side_text(row->place.side), t ? (int)t->n_voxel : 0, (int)row->n_voxel, row->pdff_mean_fraction,
               t ? t->pdff_mean_fraction : (double)NAN);
        printf("\t%.1f\t%.1f\t%.1f\t%.1f\t%.4f\t%.4f\t%.4f\t%s\t%s", row->csa_mm2, t ? t->csa_mm2 : (double)NAN,
               row->volume_mm3, t ? t->volume_mm3 : (double)NAN, row->pdff_median_fraction,
               fat_share(v, sites, row, 0.6), row->pdff_mean_erode1_fraction, flags[0] ? flags : "-",
               row->quality[0] ? row->quality : "-");
        printf("\t%.5f\t%.1f\t%.1f\n", row->pdff_se_label_fraction, row->csa_se_label_mm2, row->volume_se_label_mm3);
    }
    fsc_measures_free(mine);
    fsc_measures_free(truth);
    fsc_sites_free(sites);
}

static void print_dice(uint64_t person, const visit *v, const fsc_labels *muscles) {
    for (int k = 0; k < MUSCLES; k++)
        printf("dice\t%d\t%d\t%.4f\n", (int)person, (int)value_of[k], dice(muscles, &v->muscles, value_of[k]));
}

static double cpu_s(void) {
    return (double)clock() / CLOCKS_PER_SEC;
}

/* How far a point lies from the nearer end of the slices. */
static double from_end_mm(const fsc_grid *g, const double mm[3]) {
    double index[3], spacing[3];
    must(fsc_grid_to_index(g, mm, index));
    fsc_grid_spacing_mm(g, spacing);
    return spacing[2] * (0.5 + fmin(index[2], (double)(g->dim[2] - 1) - index[2]));
}

/* Each true vertebra that the scan holds nearly whole: which name the proposal has in its middle. */
static void print_levels(uint64_t person, const visit *v, const fsc_labels *levels) {
    double most = 0, mm[3], at[3];
    for (int32_t l = 18; l <= 26; l++) most = fmax(most, centre(mm, &v->levels, l));
    for (int32_t l = 19; l <= 25; l++) {
        const double seen = centre(mm, &v->levels, l);
        if (!(seen > 0.5 * most)) continue;
        const double n = centre(at, levels, l);
        must(fsc_grid_to_index(&levels->grid, mm, at));
        int64_t i[3];
        for (int a = 0; a < 3; a++) i[a] = (int64_t)floor(at[a] + 0.5);
        const int32_t got = levels->data[i[0] + levels->grid.dim[0] * (i[1] + levels->grid.dim[1] * i[2])];
        centre(at, levels, l);
        printf("level\t%d\t%d\t%d\t%.2f\t%.1f\t%.2f\n", (int)person, (int)l, (int)got,
               n > 0 ? at[2] - mm[2] : (double)NAN, from_end_mm(&v->levels.grid, mm), seen / most);
    }
}

/* Without an anchor nothing may get a name. */
static void alone(uint64_t person, const visit *v) {
    fsc_proposal *q = NULL;
    if (fsc_propose_run(&q, &v->maps, NULL, &error) == FSC_OK) {
        printf("alone\t%d\t%d\t%.3f\n", (int)person, (int)q->levels_named, q->similarity);
        fsc_proposal_free(q);
    } else
        printf("alone\t%d\trefused\n", (int)person);
}

static void propose(uint64_t person) {
    static const double scales[] = {0.8, 0.6, 1.0, 1.3, 0.7};
    state = 7919 * person;
    const int turn = (int)(person % 30);
    const double tilt = turn % 3 == 0 ? (turn % 2 ? 20 : -20) : 16 * (uniform() - 0.5);
    const double shift[3] = {20 * (uniform() - 0.5), 20 * (uniform() - 0.5), 50 * (uniform() - 0.5)};
    fsc_phantom *p = draw(person, turn % 4 == 3 ? 0.22 : 0, 0, tilt, shift, scales[turn % 5], turn % 6 == 5 ? 0.5 : 0);
    const posture lies = take_posture(3 + 2 * uniform(), 60, turn % 3 == 1 ? 10 : 0, 0);
    visit v = see(p, &lies, NULL);
    fsc_phantom_free(p);
    fsc_propose_options opt = FSC_PROPOSE_OPTIONS_INIT;
    fsc_proposal *q = NULL;
    alone(person, &v);
    const int32_t named = centre(opt.anchor.centre_mm, &v.levels, 23) > 0 && turn % 2 ? 23 : 22;
    strcpy(opt.anchor.level, named == 23 ? "L4" : "L3");
    (void)centre(opt.anchor.centre_mm, &v.levels, named);
    for (int a = 0; a < 3; a++) opt.anchor.centre_mm[a] += 6 * (uniform() - 0.5); /* a click is no measurement */
    const double before = cpu_s();
    if (fsc_propose_run(&q, &v.maps, &opt, &error) == FSC_OK) {
        struct rusage use;
        getrusage(RUSAGE_SELF, &use);
        printf("run\t%d\t%.2f\t%ld\t%.3f\t%lld\n", (int)person, cpu_s() - before, use.ru_maxrss / 1024, q->similarity,
               (long long)(v.maps.grid.dim[0] * v.maps.grid.dim[1] * v.maps.grid.dim[2]));
        for (int32_t i = 0; i < q->n_muscle; i++)
            printf("muscle\t%d\t%d\t%d\t%.3f\t%.3f\t%.2f\t%.2f\t%.2f\t%s\n", (int)person, (int)q->muscle[i].value,
                   (int)q->muscle[i].refused, q->muscle[i].fat_share, q->muscle[i].ring_contrast_fraction,
                   q->muscle[i].area_ratio, q->muscle[i].side_ratio, q->muscle[i].share_in_field,
                   q->muscle[i].flags[0] ? q->muscle[i].flags : "-");
        print_levels(person, &v, q->levels);
        print_dice(person, &v, q->muscles);
        print_sites(person, &v, q->muscles, q->levels, FSC_LABELS_PROPOSAL, q);
        fsc_proposal_free(q);
    } else
        printf("run\t%d\trefused\t%s\n", (int)person, error.text);
    free_visit(&v);
}

static fsc_map *map_of(fsc_measures *m, fsc_acquisition *acquisition, const char *date) {
    fsc_map *map = NULL;
    strcpy(acquisition->participant, "sub-01");
    strcpy(acquisition->date, date);
    const fsc_map_inputs in = {.measures = m, .acquisition = acquisition};
    must(fsc_map_run(&map, &in, &error));
    fsc_measures_free(m);
    return map;
}

/* What `change` says of the visits: the first with its own labels, the second with these carried. */
static void print_changes(uint64_t person, const visit *first, const visit *second, const fsc_carried *c,
                          fsc_acquisition *a) {
    fsc_map *before =
        map_of(measure(first, &first->muscles, &first->levels, FSC_LABELS_EXTERNAL, 1, NULL), a, "2026-01-01");
    fsc_map *now = map_of(measure(second, c->muscles, c->levels, FSC_LABELS_CARRIED, 1, NULL), a, "2026-03-01");
    must(fsc_change_run(now, before, &error));
    fsc_measures *was = measure(first, &first->muscles, &first->levels, FSC_LABELS_EXTERNAL, 0, NULL),
                 *is = measure(second, &second->muscles, &second->levels, FSC_LABELS_EXTERNAL, 0, NULL);
    for (int32_t i = 0; i < now->n_site; i++) {
        const fsc_map_site *site = &now->site[i];
        if (site->row.kind != FSC_ROW_SITE) continue;
        int hurt = 0;
        for (int k = 0; k < STRUCK; k++)
            hurt |= !strcmp(struck[k].muscle, site->row.place.muscle) &&
                    !strcmp(struck[k].level, site->row.place.level) && struck[k].side == site->row.place.side;
        const fsc_place *at = &site->row.place;
        const fsc_row *w = fsc_measures_find(was, at->muscle, at->level, at->side),
                      *n = fsc_measures_find(is, at->muscle, at->level, at->side);
        printf("change\t%d\t%s\t%s\t%s\t%d\t%d\t%.4f", (int)person, at->muscle, at->level, fsc_side_text(at->side),
               hurt, (int)site->change.real, site->change.net_fraction);
        printf("\t%.4f\t%.4f\t%.4f\t%s\n", w && n ? n->pdff_mean_fraction - w->pdff_mean_fraction : (double)NAN,
               site->change.se_fraction, site->change.least_real_fraction,
               site->change.reason[0] ? site->change.reason : "-");
    }
    fsc_measures_free(was);
    fsc_measures_free(is);
    fsc_map_free(before);
    fsc_map_free(now);
}

static void carry(uint64_t person) {
    state = 104729 * person;
    const int turn = (int)(person % 20);
    const double still[3] = {0, 0, 0},
                 shift[3] = {8 * (uniform() - 0.5), 10 * (uniform() - 0.5), 16 * (uniform() - 0.5)};
    const double added = turn % 4 == 3 ? 0.22 : 0;
    const posture own = take_posture(3 + 2 * uniform(), 60, turn % 5 == 1 ? 10 : 0, 0);
    const posture moved = take_posture(3 + turn % 3, 60, 0, 4 + turn % 4);
    const uint64_t drawn = state;
    fsc_phantom *p = draw(person, added, 0, 0, still, 0.8, 0);
    fsc_acquisition acquisition;
    fsc_acquisition_from_scan(&acquisition, p->scan);
    visit first = see(p, &own, NULL);
    fsc_phantom_free(p);
    state = drawn; /* the same fat again, other noise */
    p = draw(person, added, RISE, 8 * ((turn % 5) / 4.0 - 0.5), shift, 0.8, 0);
    state = drawn + 1;
    visit second = see(p, &own, &moved);
    fsc_phantom_free(p);
    fsc_carried *c = NULL;
    const fsc_carry_input in = {
        .from = &first.maps, .to = &second.maps, .muscles = &first.muscles, .levels = &first.levels};
    const double start = cpu_s();
    if (fsc_carry_run(&c, &in, &error) == FSC_OK) {
        printf("run\t%d\t%.2f\t0\t%.3f\t0\n", (int)person, cpu_s() - start, c->similarity);
        print_dice(person, &second, c->muscles);
        print_levels(person, &second, c->levels);
        print_sites(person, &second, c->muscles, c->levels, FSC_LABELS_CARRIED, NULL);
        print_changes(person, &first, &second, c, &acquisition);
        fsc_carried_free(c);
    } else
        printf("run\t%d\trefused\t%s\n", (int)person, error.text);
    free_visit(&first);
    free_visit(&second);
}

int main(int argc, char **argv) {
    if (argc != 4 || (strcmp(argv[1], "propose") != 0 && strcmp(argv[1], "carry") != 0)) {
        fprintf(stderr, "usage: bench_labels propose|carry FIRST LAST\n");
        return 2;
    }
    for (uint64_t person = strtoull(argv[2], NULL, 10); person <= strtoull(argv[3], NULL, 10); person++) {
        if (argv[1][0] == 'p')
            propose(person);
        else
            carry(person);
        fflush(stdout);
    }
    return 0;
}
