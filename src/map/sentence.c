/* The summary in plain words. Every number in it is a field of the record; a sentence names what it stands on. */
#include "alloc.h"
#include "build.h"
#include "fail.h"
#include "format.h"
#include "spelling.h"
#include "table.h"
#include "text.h"
#include "words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMED_SITES_MAX = 5 };

#define say(map, err, key, from, contested, ...)                                                                       \
    fsc_words_say(&(map)->sentence, &(map)->n_sentence, err, key, from, contested, __VA_ARGS__)

static fsc_status say_red_flags(fsc_map *map, fsc_error *err) {
    const fsc_exam *exam = map->exam;
    for (int32_t i = 0; i < exam->n_stop; i++) {
        const fsc_red_flag *flag = &exam->red_flag[i];
        char from[128];
        fsc_format(from, sizeof from, "exam.%.24s %.90s", flag->key, flag->rows);
        FSC_TRY(say(map, err, "stop", from, 0, "STOP (%s). %s: %s", flag->urgency, flag->finding, flag->action));
    }
    if (exam->n_stop > 0) return FSC_OK;
    if (exam->n_now_answered < exam->n_now_compulsory)
        return say(map, err, "red-flags", "exam.now", 0,
                   "%d of the %d questions that come first were not answered. Ask them before anything else; this "
                   "picture does not replace them.",
                   exam->n_now_compulsory - exam->n_now_answered, exam->n_now_compulsory);
    return say(map, err, "red-flags", "exam.now E050", 0,
               "The %d questions that come first were asked, and no answer stops the plan. That does not exclude an "
               "emergency: saddle numbness, for one, finds about one case in four (sensitivity 0.27).",
               exam->n_now_compulsory);
}

static int is_unusual(const fsc_map_site *site) {
    return fsc_map_is_site(&site->row) && site->row.kind == FSC_ROW_SITE && site->norm.percentile > 95;
}

/* How many sites are held against what, and how many of those that count lie high. */
static fsc_status say_compared(fsc_map *map, fsc_error *err) {
    int32_t n[FSC_NORM_BORROWED + 1] = {0}, high = 0, shared = 0;
    for (int32_t i = 0; i < map->n_site; i++) {
        if (map->site[i].row.kind != FSC_ROW_SITE) continue;
        n[map->site[i].norm.kind]++;
        high += is_unusual(&map->site[i]);
        shared += is_unusual(&map->site[i]) && map->site[i].norm.kind == FSC_NORM_POOLED;
    }
    const int32_t counted = n[FSC_NORM_PUBLISHED] + n[FSC_NORM_POOLED];
    if (counted > 0)
        FSC_TRY(
            say(map, err, "norms", "site.norm.kind site.norm.percentile", 0,
                "Sites that could be compared with a reference group: %d (%d with a published group, %d with a model "
                "of several). Of these, %d hold more fat than 95 %% of it; about one in twenty healthy sites does.",
                counted, n[FSC_NORM_PUBLISHED], n[FSC_NORM_POOLED], high));
    /* The model's error between studies is one for all sites of a person: it is carried once. */
    if (shared > 1)
        FSC_TRY(say(map, err, "norms-joint", "site.norm.kind site.norm.percentile", 0,
                    "%d of the high sites are held against the model. Its error is one and the same for all of them: "
                    "read them as one observation, not as %d.",
                    shared, shared));
    return FSC_OK;
}

/* One sentence a muscle on its borrowed norms: words only, and why. */
static fsc_status say_borrowed(fsc_map *map, fsc_error *err) {
    for (int32_t i = 0; i < map->n_site; i++) {
        const fsc_map_site *site = &map->site[i];
        if (site->row.kind != FSC_ROW_SITE || site->norm.kind != FSC_NORM_BORROWED) continue;
        int32_t all = 0, usual = 0, more = 0, said = 0;
        for (int32_t k = 0; k < map->n_site; k++) {
            const fsc_map_site *other = &map->site[k];
            if (other->row.kind != FSC_ROW_SITE || other->norm.kind != FSC_NORM_BORROWED ||
                strcmp(other->row.place.muscle, site->row.place.muscle) != 0)
                continue;
            said |= k < i;
            all++;
            usual += strncmp(other->norm.words, "within", 6) == 0;
            more += strncmp(other->norm.words, "more", 4) == 0;
        }
        if (said) continue;
        FSC_TRY(
            say(map, err, "borrowed", "site.norm.words", 0,
                "%s, %d sites without a norm of their own, held against a band that is %s: %d within what is usual, "
                "%d more than is usual, %d cannot be told. They are not counted among the findings.",
                fsc_words_muscle(site->row.place.muscle), all, site->norm.caveat, usual, more, all - usual - more));
    }
    return FSC_OK;
}

static fsc_status say_unusual(fsc_map *map, fsc_error *err) {
    int32_t said = 0;
    FSC_TRY(say_compared(map, err));
    for (int32_t i = 0; i < map->n_site && said < NAMED_SITES_MAX; i++) {
        const fsc_map_site *site = &map->site[i];
        if (!is_unusual(site)) continue;
        said++;
        char name[96], p[24], low[24], upper[24], from[128];
        fsc_words_site(name, sizeof name, &site->row.place);
        fsc_words_percentile(p, site->norm.percentile);
        fsc_words_percentile(low, site->norm.percentile_low);
        fsc_words_percentile(upper, site->norm.percentile_high);
        fsc_format(from, sizeof from, "%s %s", site->norm.norm_id, site->norm.fact_id);
        FSC_TRY(say(
            map, err, "unusual", from, 0,
            "%s: %.1f %% fat, more fat than %s %% of a reference group (90 %% interval %s to %s; %s, n = %.0f). %s%s",
            name, 100 * site->row.pdff_mean_fraction, p, low, upper, site->norm.cohort, site->norm.n,
            site->norm.caveat[0] ? "Note: " : "", site->norm.caveat));
    }
    return FSC_OK;
}

/* Whether an earlier row of the same muscle failed for the same reason kind: then its sentence lists this level too. */
static int said_before(const fsc_map *map, int32_t i) {
    for (int32_t k = 0; k < i; k++)
        if (map->site[k].row.kind == FSC_ROW_SITE && map->site[k].norm.failed[0] &&
            map->site[k].norm.kind == FSC_NORM_NONE &&
            strcmp(map->site[k].row.place.muscle, map->site[i].row.place.muscle) == 0 &&
            strcmp(map->site[k].norm.failed, map->site[i].norm.failed) == 0)
            return 1;
    return 0;
}

static fsc_status say_no_norm(fsc_map *map, fsc_error *err) {
    for (int32_t i = 0; i < map->n_site; i++) {
        const fsc_map_site *site = &map->site[i];
        if (site->row.kind != FSC_ROW_SITE || !site->norm.failed[0] || site->norm.kind != FSC_NORM_NONE ||
            said_before(map, i))
            continue;
        char levels[160] = "";
        size_t used = 0;
        for (int32_t k = i; k < map->n_site; k++) {
            const fsc_map_site *other = &map->site[k];
            if (other->row.kind != FSC_ROW_SITE || strcmp(other->row.place.muscle, site->row.place.muscle) != 0 ||
                strcmp(other->norm.failed, site->norm.failed) != 0 || other->norm.kind != FSC_NORM_NONE)
                continue;
            int twice = 0; /* the other side of a level that is listed */
            for (int32_t m = i; m < k && !twice; m++)
                twice = map->site[m].row.kind == FSC_ROW_SITE &&
                        strcmp(map->site[m].row.place.level, other->row.place.level) == 0 &&
                        strcmp(map->site[m].row.place.muscle, other->row.place.muscle) == 0 &&
                        map->site[m].norm.kind == FSC_NORM_NONE &&
                        strcmp(map->site[m].norm.failed, other->norm.failed) == 0;
            if (twice || used + strlen(other->row.place.level) + 3 > sizeof levels) continue;
            used += (size_t)fsc_format(levels + used, sizeof levels - used, "%s%s", used ? ", " : "",
                                       other->row.place.level);
        }
        char from[128];
        fsc_format(from, sizeof from, "site.norm.failed = %s", site->norm.failed);
        const char *why = strcmp(site->norm.failed, "level") == 0 ? "nobody has counted: no norm cell for these levels"
                                                                  : site->norm.reason;
        FSC_TRY(say(map, err, "no-norm", from, 0, "%s at %s: no comparison with a reference group and no z (%s).",
                    fsc_words_muscle(site->row.place.muscle), levels, why));
    }
    return FSC_OK;
}

static fsc_status say_runs(fsc_map *map, fsc_error *err) {
    static const char *const criteria[] = {"over p95", "over 20 %"};
    static const char *const words[] = {"Over the reference group's 95th percentile",
                                        "Mean fat over 20 % (a fixed cut, not a limit of normal)"};
    for (int c = 0; c < 2; c++) {
        char list[300] = "";
        size_t used = 0;
        for (int32_t i = 0; i < map->n_run; i++) {
            if (strcmp(map->run[i].criterion, criteria[c]) != 0) continue;
            if (used + strlen(map->run[i].text) + 3 > sizeof list) break;
            used += (size_t)fsc_format(list + used, sizeof list - used, "%s%s", used ? "; " : "", map->run[i].text);
        }
        if (used > 0) FSC_TRY(say(map, err, "extent", "run", 0, "%s: %s.", words[c], list));
    }
    return FSC_OK;
}

static int count_beyond(const fsc_map *map, size_t contrast_offset, int32_t *compared) {
    int32_t n = 0;
    *compared = 0;
    for (int32_t i = 0; i < map->n_site; i++) {
        if (map->site[i].row.kind != FSC_ROW_SITE) continue;
        fsc_contrast c;
        memcpy(&c, (const char *)&map->site[i] + contrast_offset, sizeof c);
        *compared += !isnan(c.difference_fraction);
        n += c.beyond_error && c.difference_fraction > 0;
    }
    return n;
}

/* "multifidus+erector_spinae" as "multifidus and erector spinae". */
static void name_keys(char *out, size_t size, const char *keys) {
    size_t used = 0;
    for (; *keys && used + 6 < size; keys++)
        used += (size_t)fsc_format(out + used, size - used, "%s",
                                   *keys == '+' ? " and " : (char[]){*keys == '_' ? ' ' : *keys, 0});
    out[used] = 0;
}

static fsc_status say_pools(fsc_map *map, fsc_error *err) {
    for (int32_t i = 0; i < map->n_pool; i++) {
        const fsc_map_pool *pool = &map->pool[i];
        const fsc_norm_place *norm = &pool->norm;
        if (!norm->norm_id[0]) continue;
        const int one = strcmp(pool->level_first, pool->level_last) == 0;
        char p[24], low[24], upper[24], from[128], name[128];
        name_keys(name, sizeof name, pool->muscle);
        fsc_words_percentile(p, norm->percentile);
        fsc_words_percentile(low, norm->percentile_low);
        fsc_words_percentile(upper, norm->percentile_high);
        fsc_format(from, sizeof from, "pool %s %s", norm->norm_id, norm->fact_id);
        FSC_TRY(say(
            map, err, "pool", from, 0,
            "%s, %s%s%s, both sides together: %.1f %% fat, more fat than %s %% of a reference group (90 %% interval %s "
            "to %s; %s, n = %.0f).",
            name, pool->level_first, one ? "" : "-", one ? "" : pool->level_last, 100 * pool->pdff_mean_fraction, p,
            low, upper, norm->cohort, norm->n));
    }
    return FSC_OK;
}

static fsc_status say_within(fsc_map *map, int *sides_differ, fsc_error *err) {
    int32_t compared;
    const int32_t unequal = count_beyond(map, offsetof(fsc_map_site, side), &compared);
    *sides_differ = unequal > 0;
    if (compared > 0)
        FSC_TRY(
            say(map, err, "side", "site.side", 0,
                "Pairs of left and right that differ beyond their error: %d of %d. Unequal sides are common in people "
                "without pain.",
                unequal, compared / 2));
    const int32_t medial = count_beyond(map, offsetof(fsc_map_site, medial), &compared);
    if (compared > 0)
        FSC_TRY(say(
            map, err, "medial", "site.medial T011", 0,
            "The quarter next to the midline is fatter than the rest, beyond error, at %d of %d sites. More fat there "
            "is "
            "usual in every group; in one study of 61 people only this quarter told recovered from symptomatic at 12 "
            "months.",
            medial, compared));
    return FSC_OK;
}

static fsc_status say_threshold(fsc_map *map, fsc_error *err) {
    const fsc_threshold *t = &map->threshold;
    if (!t->applies) return FSC_OK;
    char from[128];
    fsc_format(from, sizeof from, "threshold %.48s", t->fact_ids);
    return say(
        map, err, "threshold", from, 1,
        "Cervical deep extensors: %.1f %% (standard error %.1f), day %.0f. In %.0f people with whiplash, %.1f %% at "
        "two "
        "weeks predicted severe disability at 3 months (%.0f severe; sensitivity %.3f, specificity %.3f). It is no "
        "limit of normal: by our arithmetic %.0f to %.0f %% of healthy people exceed it (%.0f to %.0f %% if skewed).",
        100 * t->value_fraction, 100 * t->value_se_fraction, t->days_since_injury, t->n, 100 * t->cut_fraction,
        t->n_severe, t->sensitivity, t->specificity, 100 * t->healthy_share_low, 100 * t->healthy_share_high,
        100 * t->healthy_share_skewed_low, 100 * t->healthy_share_skewed_high);
}

/* Fat far over the norm in several muscles on both sides points away from an injury (facts X068). */
static fsc_status say_many_muscles(fsc_map *map, fsc_error *err) {
    int32_t n = 0;
    for (int32_t i = 0; i < map->n_site; i++) {
        const fsc_map_site *left = &map->site[i];
        if (left->row.kind != FSC_ROW_SITE || left->row.place.side != FSC_SIDE_LEFT || !(left->norm.z > 2.5)) continue;
        const fsc_map_site *right = fsc_map_find(map, left->row.place.muscle, left->row.place.level, FSC_SIDE_RIGHT);
        if (!right || !(right->norm.z > 2.5)) continue;
        int twice = 0;
        for (int32_t k = 0; k < i && !twice; k++)
            twice = strcmp(map->site[k].row.place.muscle, left->row.place.muscle) == 0 &&
                    map->site[k].row.place.side == FSC_SIDE_LEFT && map->site[k].norm.z > 2.5;
        n += !twice;
    }
    if (n < 2) return FSC_OK;
    return say(
        map, err, "muscle-disease", "site.norm.z X068", 0,
        "%d muscles lie far over their norm on both sides. That suggests a muscle disease rather than an injury: ask "
        "about weakness, statins and CK, and refer.",
        n);
}

static fsc_status say_history(fsc_map *map, int *rf, fsc_error *err) {
    const fsc_exam *exam = map->exam;
    *rf = 0;
    for (int32_t i = 0; i < exam->n_treatment; i++) {
        const char *kind = exam->treatment[i].kind;
        *rf |= strcmp(kind, "rf_neurotomy") == 0;
        if (strcmp(kind, "surgery") == 0)
            FSC_TRY(say(
                map, err, "history", "exam.treatment T036 T051", 0,
                "There was surgery: the muscle at and below the operated level can be smaller and fatter from it."));
        if (strcmp(kind, "botulinum_toxin") == 0)
            FSC_TRY(say(map, err, "history", "exam.treatment T047", 0,
                        "There was botulinum toxin: it thins the injected muscle, and the loss outlasts its effect."));
    }
    if (exam->muscle_disease == FSC_ANSWER_YES || exam->statin == FSC_ANSWER_YES || exam->steroid == FSC_ANSWER_YES)
        FSC_TRY(
            say(map, err, "history", "exam.statin exam.steroid exam.muscle_disease", 0,
                "Muscle disease, statins or steroids are on record: read fat in many muscles in that light first."));
    if (exam->days_since_injury < 7)
        FSC_TRY(say(map, err, "early", "exam.days_since_injury T004", 0,
                    "The scan is from the first week after the injury: fat seen now was there before it."));
    return FSC_OK;
}

static int has_region(const fsc_map *map, const char *region) {
    for (int32_t i = 0; i < map->n_site; i++) {
        const fsc_muscle *muscle = fsc_muscle_find(map->site[i].row.place.muscle);
        if (muscle && strcmp(muscle->region, region) == 0) return 1;
    }
    return 0;
}

static fsc_status say_contested(fsc_map *map, int sides_differ, int rf, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "contested.tsv", err));
    const int neck = has_region(map, "neck"), back = has_region(map, "back");
    const int whiplash = neck && strcmp(map->exam->mechanism, "whiplash") == 0;
    const struct {
        const char *when;
        int holds;
    } state[] = {{"whiplash", whiplash}, {"neck", neck}, {"back", back}, {"rf_neurotomy", rf}, {"side", sides_differ}};
    for (int32_t row = 0; row < table.n_row; row++)
        for (size_t i = 0; i < sizeof state / sizeof *state; i++)
            if (state[i].holds && strcmp(fsc_table_get(&table, row, "when"), state[i].when) == 0)
                FSC_TRY(say(map, err, "contested", fsc_table_get(&table, row, "fact_ids"), 1, "Contested: %s",
                            fsc_table_get(&table, row, "text")));
    return FSC_OK;
}

static int by_number(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double middle(double *list, int32_t n) {
    qsort(list, (size_t)n, sizeof *list, by_number);
    return list[n / 2];
}

/* What the intervals are made of: usually where the border was drawn, and hardly the noise. */
static fsc_status say_error(fsc_map *map, fsc_error *err) {
    FSC_AUTO_BLOCK double *list = fsc_alloc(3 * (int64_t)map->n_site, sizeof *list);
    if (!list) return fsc_fail_nomem(err, "writing a sentence");
    double *label = list, *tissue = list + map->n_site, *noise = list + 2 * (int64_t)map->n_site;
    int32_t n = 0;
    for (int32_t i = 0; i < map->n_site; i++) {
        const fsc_row *row = &map->site[i].row;
        if (row->kind != FSC_ROW_SITE || !isfinite(row->pdff_se_label_fraction) || !isfinite(row->pdff_se_fraction))
            continue;
        label[n] = row->pdff_se_label_fraction;
        tissue[n] = row->pdff_se_fraction;
        noise[n++] = isfinite(row->pdff_se_noise_fraction) ? row->pdff_se_noise_fraction : 0;
    }
    if (n == 0) return FSC_OK;
    return say(map, err, "label-error", "site.pdff_se_label_fraction site.pdff_se_fraction label_source", 0,
               "What the intervals of a site are made of, as standard errors, half of the sites below: %.1f points "
               "from where the border of its label lies (%s; how well that is known is an assumption), %.1f from how "
               "fat is scattered inside, of which %.1f from the noise of the scan.",
               100 * middle(label, n), fsc_word_text(fsc_label_source_words, (int32_t)map->label_source),
               100 * middle(tissue, n), 100 * middle(noise, n));
}

fsc_status fsc_map_sentences(fsc_map *map, fsc_error *err) {
    int sides_differ, rf;
    FSC_TRY(say_red_flags(map, err));
    FSC_TRY(say_unusual(map, err));
    FSC_TRY(say_pools(map, err));
    FSC_TRY(say_borrowed(map, err));
    FSC_TRY(say_no_norm(map, err));
    FSC_TRY(say_many_muscles(map, err));
    FSC_TRY(say_runs(map, err));
    FSC_TRY(say_within(map, &sides_differ, err));
    FSC_TRY(say_error(map, err));
    FSC_TRY(say_threshold(map, err));
    FSC_TRY(say_history(map, &rf, err));
    FSC_TRY(say_contested(map, sides_differ, rf, err));
    return say(map, err, "limits", "facts", 0,
               "This scan measures fat in muscle. It cannot show adhesions, fascia, trigger points or pain, and fat "
               "alone does "
               "not date an injury. Fat is not shown to cause pain, and exercise is not shown to remove it.");
}
