#include "exam.h"

#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "format.h"
#include "reply.h"

#include <fascicle/anatomy.h>
#include <fascicle/exam.h>
#include <fascicle/report.h>

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define AUTO_JSON __attribute__((cleanup(fsc_json_cleanup))) fsc_json
enum { PATH_SIZE = 4096, EXAM_BYTES_MAX = 256 << 10, PAGE_BYTES_MAX = 16 << 20 };
static const char by_hand[] = "the exam";

static fsc_status join(char *path, const char *dir, const char *name, const char *ending, fsc_error *err) {
    char file[320];
    if (fsc_format(file, sizeof file, "%s%s", name, ending) >= (int)sizeof file)
        return fsc_fail(err, FSC_E_RANGE, "%s: the name is too long", name);
    return fsc_file_join(path, PATH_SIZE, dir, file, err);
}

fsc_status fsc_view_exam_open(fsc_view_exam *out, const fsc_view_input *input, fsc_error *err) {
    *out = (fsc_view_exam){.input = input, .revision = 1};
    if (!input->exam_anat) return FSC_OK;
    FSC_TRY(join(out->file, input->exam_anat, input->name, "_exam.json", err));
    return join(out->draft, input->exam_anat, input->name, "_desc-draft_exam.json", err);
}

/* A regular file; a link is none, wherever it points. */
static int is_plain(const char *path) {
    struct stat info;
    return lstat(path, &info) == 0 && S_ISREG(info.st_mode);
}

/* The exam that is saved, or the one that was handed over to begin with; "" when there is none. */
static const char *exam_file(const fsc_view_exam *e) {
    if (is_plain(e->file)) return e->file;
    return e->input->exam_file ? e->input->exam_file : "";
}

/* What the file holds now: another program's change shows in it. "" = there is none. */
static void stamp(const fsc_view_exam *e, char hex[65]) {
    fsc_error ignored = FSC_ERROR_INIT;
    hex[0] = 0;
    if (is_plain(e->file) && fsc_file_sha256(hex, e->file, &ignored) != FSC_OK) hex[0] = 0;
}

static fsc_json *list_muscles(void) {
    fsc_json *muscles = fsc_json_array();
    const fsc_muscle *m;
    for (int32_t i = 0; (m = fsc_muscle_at(i)) != NULL; i++) {
        fsc_json *muscle = fsc_json_object();
        fsc_json_set_string(muscle, "key", m->key);
        fsc_json_set_string(muscle, "name", m->name);
        fsc_json_set_string(muscle, "region", m->region);
        fsc_json_append(muscles, muscle);
    }
    return muscles;
}

/* The draft, or NULL; one that cannot be read is none. */
static fsc_json *read_draft(const fsc_view_exam *e) {
    fsc_error ignored = FSC_ERROR_INIT;
    fsc_json *draft = NULL;
    return is_plain(e->draft) && fsc_json_read(&draft, e->draft, &ignored) == FSC_OK ? draft : NULL;
}

static void answer_form(const fsc_view_exam *e, fsc_view_reply *reply) {
    char now[65], said[640] = "";
    fsc_error err = FSC_ERROR_INIT;
    fsc_json *schema = NULL, *exam = NULL;
    const char *text = fsc_schema_text("exam"), *file = exam_file(e);
    if (fsc_json_parse(&schema, text, strlen(text), "schema", &err) != FSC_OK) {
        fsc_view_say(reply, 507, err.text);
        return;
    }
    if (file[0] && fsc_json_read(&exam, file, &err) != FSC_OK) (void)fsc_format(said, sizeof said, "%s", err.text);
    stamp(e, now);
    fsc_json *root = fsc_json_object();
    fsc_json_set(root, "schema", schema);
    if (exam) fsc_json_set(root, "exam", exam);
    fsc_json *draft = read_draft(e);
    if (draft) fsc_json_set(root, "draft", draft);
    fsc_json_set(root, "muscles", list_muscles());
    fsc_json_set_string(root, "name", e->input->name);
    fsc_json_set_string(root, "stamp", now);
    fsc_json_set_integer(root, "revision", e->revision);
    fsc_json_set_string(root, "fault", said);
    fsc_view_say_json(reply, root);
}

/* A file of the results as it is; the pages' styles stand inside them, and nothing else runs there. */
static void answer_file(const char *path, const char *type, const char *policy, fsc_view_reply *reply) {
    fsc_error err = FSC_ERROR_INIT;
    FSC_AUTO_BLOCK char *data = NULL;
    size_t n = 0;
    if (!is_plain(path) || fsc_file_read(&data, &n, path, PAGE_BYTES_MAX, &err) != FSC_OK) {
        fsc_view_say(reply, 404, err.text[0] ? err.text : "it has not been made yet");
        return;
    }
    reply->status = 200;
    reply->type = type;
    reply->policy = policy;
    fsc_text_add_n(&reply->body, data, n);
}

static void answer_page(const fsc_view_exam *e, const char *folder, fsc_view_reply *reply) {
    char stem[PATH_SIZE], path[PATH_SIZE];
    fsc_error err = FSC_ERROR_INIT;
    if (join(stem, folder, e->input->name, "", &err) != FSC_OK ||
        fsc_report_path(path, sizeof path, stem, FSC_READER_PERSON, &err) != FSC_OK) {
        fsc_view_say(reply, 404, err.text);
        return;
    }
    answer_file(path, "text/html; charset=utf-8",
                "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
                "frame-ancestors 'none'; sandbox",
                reply);
}

void fsc_view_exam_answer(const fsc_view_exam *e, const char *path, fsc_view_reply *reply) {
    char plan[PATH_SIZE];
    fsc_error err = FSC_ERROR_INIT;
    if (!e->input->exam_anat)
        fsc_view_say(reply, 404, "there is no exam here");
    else if (strcmp(path, "form.json") == 0)
        answer_form(e, reply);
    else if (strcmp(path, "person.html") == 0)
        answer_page(e, e->input->save_folder, reply);
    else if (strcmp(path, "before.html") == 0)
        answer_page(e, e->input->folder, reply);
    else if (strcmp(path, "plan.json") == 0 &&
             join(plan, e->input->exam_anat, e->input->name, "_plan.json", &err) == FSC_OK)
        answer_file(plan, "application/json", NULL, reply);
    else
        fsc_view_say(reply, 404, "there is no such file");
}

/* Text of the answers as the file will hold them. */
static fsc_status print_exam(fsc_text *text, const fsc_json *body, fsc_error *err) {
    const fsc_json *exam = fsc_json_get(body, "exam");
    if (!fsc_json_is_object(exam)) return fsc_fail(err, FSC_E_FORMAT, "the request holds no exam");
    FSC_TRY(fsc_json_print(text, exam, err));
    fsc_text_add(text, "\n");
    return text->failed ? fsc_fail_nomem(err, "writing the exam") : FSC_OK;
}

/* Which questions the answers open, and what is wrong with them, into root. */
static fsc_status add_questions(fsc_json *root, const char *text, fsc_error *err) {
    fsc_exam *exam = NULL;
    fsc_question *question = NULL;
    fsc_error why = FSC_ERROR_INIT;
    int32_t n = 0;
    fsc_status status = fsc_exam_parse(&exam, text, by_hand, &why);
    if (status == FSC_E_NOMEM) return fsc_fail_nomem(err, "reading the exam");
    fsc_json_set_string(root, "fault", status == FSC_OK ? "" : why.text);
    if (status == FSC_OK) status = fsc_exam_open_questions(&question, &n, exam, err);
    if (question) {
        fsc_json *open = fsc_json_array();
        for (int32_t i = 0; i < n; i++) {
            fsc_json *one = fsc_json_object();
            fsc_json_set_string(one, "key", question[i].key);
            fsc_json_set_string(one, "text", question[i].text);
            fsc_json_set_bool(one, "holds", question[i].holds);
            fsc_json_append(open, one);
        }
        fsc_json_set(root, "open", open);
    }
    fsc_exam_free_questions(question);
    fsc_exam_free(exam);
    return why.text[0] ? FSC_OK : status;
}

static void set_revision(fsc_json *root, const fsc_view_exam *e) {
    char now[65];
    stamp(e, now);
    fsc_json_set_string(root, "stamp", now);
    fsc_json_set_integer(root, "revision", e->revision);
}

static fsc_status keep_draft(fsc_view_exam *e, const fsc_json *body, fsc_json *root, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text text = {0};
    FSC_TRY(print_exam(&text, body, err));
    fsc_json *draft = fsc_json_object();
    fsc_json_set_string(draft, "stamp", fsc_json_string(fsc_json_get(body, "stamp")));
    fsc_json_set(draft, "exam", fsc_json_copy(fsc_json_get(body, "exam")));
    fsc_status status = fsc_file_make_folder(e->input->exam_anat, err);
    if (status == FSC_OK) status = fsc_json_write(draft, e->draft, err);
    fsc_json_free(draft);
    FSC_TRY(status);
    e->revision++;
    set_revision(root, e);
    return add_questions(root, text.data, err);
}

static fsc_status look(const fsc_view_exam *e, const fsc_json *body, fsc_json *root, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text text = {0};
    FSC_TRY(print_exam(&text, body, err));
    set_revision(root, e);
    return add_questions(root, text.data, err);
}

static fsc_status drop_draft(fsc_view_exam *e, fsc_json *root) {
    (void)unlink(e->draft);
    e->revision++;
    set_revision(root, e);
    return FSC_OK;
}

static fsc_status save(fsc_view_exam *e, const fsc_json *body, fsc_json *root, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text text = {0};
    fsc_exam *exam = NULL;
    FSC_TRY(print_exam(&text, body, err));
    const fsc_status status = fsc_exam_parse(&exam, text.data, by_hand, err);
    fsc_exam_free(exam);
    FSC_TRY(status);
    FSC_TRY(fsc_file_make_folder(e->input->exam_anat, err));
    FSC_TRY(fsc_file_write(e->file, text.data, text.length, err));
    const char *below = e->file + strlen(e->input->folder);
    fsc_json_set_string(root, "file", below + strspn(below, "/"));
    return drop_draft(e, root); /* what it held is saved */
}

/* A file that is no longer what the window began from is not written over; a draft is kept whatever the file has
 * become, as it is what somebody typed. */
static const char *changed_since(const fsc_view_exam *e, const fsc_json *body, int saves) {
    char now[65];
    const char *from = fsc_json_string(fsc_json_get(body, "stamp"));
    stamp(e, now);
    if (fsc_json_number(fsc_json_get(body, "revision")) != (double)e->revision)
        return "Another window has changed this exam. Load this page again; nothing is lost there.";
    if (saves && (!from || strcmp(from, now) != 0))
        return "Another program has changed the exam's file since it was opened here. Your answers are kept; load this "
               "page again to choose between the two.";
    return NULL;
}

void fsc_view_exam_change(fsc_view_exam *e, const char *path, const char *body, size_t n, int *saved,
                          fsc_view_reply *reply) {
    fsc_error err = FSC_ERROR_INIT;
    AUTO_JSON *asked = NULL;
    static const char *const known[] = {"save", "drop", "draft", "look"};
    enum { SAVE, DROP, DRAFT, LOOK, N_WAY } way = SAVE;
    *saved = 0;
    while (way < N_WAY && strcmp(path, known[way]) != 0) way++;
    if (!e->input->exam_anat || way == N_WAY) {
        fsc_view_say(reply, 404, "nothing is changed there");
        return;
    }
    if (n > EXAM_BYTES_MAX) {
        fsc_view_say(reply, 413, "The exam is too large: at most 256 kB are taken.");
        return;
    }
    if (fsc_json_parse(&asked, body, n, by_hand, &err) != FSC_OK) {
        fsc_view_say(reply, 400, err.text);
        return;
    }
    const char *why = way == LOOK ? NULL : changed_since(e, asked, way == SAVE);
    if (why) {
        fsc_view_say(reply, 409, why);
        return;
    }
    fsc_json *root = fsc_json_object();
    const fsc_status status = way == SAVE    ? save(e, asked, root, &err)
                              : way == DRAFT ? keep_draft(e, asked, root, &err)
                              : way == LOOK  ? look(e, asked, root, &err)
                                             : drop_draft(e, root);
    if (status == FSC_OK) {
        *saved = way == SAVE;
        fsc_view_say_json(reply, root);
        return;
    }
    fsc_json_free(root);
    fsc_view_say(reply, status == FSC_E_FORMAT || status == FSC_E_RANGE ? 400 : 507, err.text);
}
