/* report, map, measure: text of strangers in every field: pages stay well formed, records are read back, letters whole.
 */
#include "record_fixture.h"
#include "utf8.h"

#include <fascicle/measure.h>
#include <stdlib.h>

typedef struct field {
    char *text;
    size_t size;
} field;

#define FIELD(member)                                                                                                  \
    { (member), sizeof(member) }

/* As the library's readers do, or bytes as they come: cut in the middle of a letter by a careless caller. */
static void fill(const field *list, size_t n, const char *text, int careless) {
    for (size_t i = 0; i < n; i++) {
        memset(list[i].text, 0, list[i].size);
        if (careless)
            memcpy(list[i].text, text, strlen(text) < list[i].size ? strlen(text) : list[i].size - 1);
        else
            fsc_copy_text(list[i].text, list[i].size, text);
    }
}

static size_t fields_of(field *out, recorded *r) {
    fsc_map_site *s = &r->site[0];
    fsc_row *row = &r->f->row[0];
    const field list[] = {
        FIELD(r->f->scan.session),
        FIELD(r->f->scan.manufacturer),
        FIELD(r->f->scan.body_part),
        FIELD(row->place.muscle),
        FIELD(row->place.level),
        FIELD(row->quality),
        FIELD(row->norm_id),
        FIELD(row->norm_reason),
        FIELD(s->row.place.muscle),
        FIELD(s->row.place.level),
        FIELD(s->row.quality),
        FIELD(s->norm.norm_id),
        FIELD(s->norm.cohort),
        FIELD(s->norm.source),
        FIELD(s->norm.fact_id),
        FIELD(s->change.from_session),
        FIELD(s->change.reason),
        FIELD(s->side.with),
        FIELD(r->sentence[0].text),
        FIELD(r->sentence[0].from),
        FIELD(r->exam.participant),

        FIELD(r->f->measures.muscle_scheme),
        FIELD(r->map.muscle_scheme),
        FIELD(r->map.level_scheme),
        FIELD(r->map.acquisition.manufacturer),
        FIELD(r->map.acquisition.device),
        FIELD(r->map.acquisition.session),
    };
    memcpy(out, list, sizeof list);
    return sizeof list / sizeof *list;
}

static const char *const hostile[] = {"\xff\x01\x1b[2J ends here", "<q>&\"'</q><script>", "%s%n%1000000d",
                                      "\xc3\xa9\xc3\xa9"};

static void check_pages(recorded *r) {
    for (int reader = 0; reader < FSC_READER_N; reader++) {
        char *page = fixture_page_for(r->f, (fsc_reader)reader);
        const char *fault = markup_fault(page);
        if (fault) fail_msg("%s", fault);
        assert_true(fsc_utf8_valid(page));
        assert_null(strstr(page, "<script>"));
        assert_null(strchr(page, '\x1b'));
        fsc_free(page);
    }
}

static void check_record(const recorded *r) {
    char *text = NULL, *again = NULL;
    fsc_map *map = NULL;
    assert_ok(fsc_map_print(&text, &r->map, &test_error));
    assert_true(fsc_utf8_valid(text));
    assert_ok(fsc_map_parse(&map, text, "printed", &test_error));
    assert_ok(fsc_map_print(&again, map, &test_error));
    assert_string_equal(text, again);
    fsc_map_free_text(text);
    fsc_map_free_text(again);
    fsc_map_free(map);
}

/* A record says aloud that a text is none, or holds it. */
static void check_refusal(const recorded *r) {
    char *text = NULL;
    test_error = (fsc_error){0};
    const fsc_status status = fsc_map_print(&text, &r->map, &test_error);
    if (status != FSC_OK) assert_int_equal(status, FSC_E_FORMAT);
    if (status == FSC_OK) assert_true(fsc_utf8_valid(text));
    fsc_map_free_text(text);
}

static void check(recorded *r, const char *text) {
    field list[40];
    const size_t n = fields_of(list, r);
    fill(list, n, text, 1);
    check_pages(r);
    check_refusal(r);
    fill(list, n, text, 0);
    check_pages(r);
    check_record(r);
}

static void every_text_field_may_hold_anything(void **state) {
    static char letters[4001];
    for (size_t h = 0; h < sizeof hostile / sizeof *hostile; h++) check(*state, hostile[h]);
    memset(letters, 'w', sizeof letters - 1);
    check(*state, letters);
    for (size_t shift = 0; shift < 2; shift++) { /* a letter of two bytes at every cut */
        for (size_t i = shift; i + 1 < sizeof letters - 1; i += 2) memcpy(letters + i, "\xc3\xa9", 2);
        check(*state, letters);
    }
}

static void a_command_of_any_bytes_stands_in_the_page(void **state) {
    recorded *r = *state;
    r->f->recipe.command = (char *)"fascicle run $'bad\\xff' --out '<q>&\"'";
    r->f->recipe_input.path = (char *)"bad\xff/<q>&\".nii.gz";
    check_pages(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_text_field_may_hold_anything, recorded_setup),
        cmocka_unit_test_setup(a_command_of_any_bytes_stands_in_the_page, recorded_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
