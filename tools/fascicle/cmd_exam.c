/* fascicle exam: a file to fill in, and what a filled one still lacks. */
#include "cmd.h"

typedef struct values {
    const char *make, *check;
} values;

static fsc_status make(cli *c, const char *path, fsc_error *err) {
    TRY(fsc_exam_write_template(path, err));
    cli_file(c, "exam", path);
    return FSC_OK;
}

static fsc_status check(cli *c, const char *path, fsc_error *err) {
    AUTO(fsc_exam) exam = NULL;
    TRY(fsc_exam_read(&exam, path, err));
    fsc_question *open = NULL;
    int32_t n = 0, holds = 0;
    TRY(fsc_exam_open_questions(&open, &n, exam, err));
    for (int32_t i = 0; i < exam->n_stop; i++)
        cli_line(c, "STOP", "%s: %s", exam->red_flag[i].urgency, exam->red_flag[i].action);
    for (int32_t i = 0; i < n; i++) {
        holds += open[i].holds;
        cli_line(c, open[i].holds ? "first" : "open", "%s: %s", open[i].key, open[i].text);
    }
    cli_line(c, "exam", "%d of %d first questions answered; %d open, %d of them hold the plan back",
             exam->n_now_answered, exam->n_now_compulsory, n, holds);
    fsc_exam_free_questions(open);
    return FSC_OK;
}

static fsc_status run(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    if (!v->make == !v->check) return cli_usage(c, err, "give --new FILE or --check FILE");
    return v->make ? make(c, v->make, err) : check(c, v->check, err);
}

static const opt opts[] = {
    OPT(values, make, "new", OPT_TEXT, "FILE", "write a commented exam to fill in"),
    OPT(values, check, "check", OPT_TEXT, "FILE", "read an exam and say what is missing"),
    OPT_END,
};
const command cmd_exam = {
    .name = "exam",
    .group = "step by step",
    .line = "a file for what the person and the examiner say: make one, or check one",
    .about =
        "The exam is a JSON file; members that begin with // are comments. Eight questions come first and hold the "
        "plan back while one is blank; others open behind a yes, an age or a sex.",
    .examples = "fascicle exam --new exam.json\nfascicle exam --check exam.json",
    .opts = opts,
    .size = sizeof(values),
    .run = run,
};
