/* The built page as one file that stands alone. */
#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "held.h"

#include <string.h>

enum { PATH_SIZE = 4096, FILE_BYTES_MAX = 32 << 20 };

typedef struct part {
    char *text; /* owned */
    size_t length;
} part;

static fsc_status read_part(part *out, const char *folder, const char *name, fsc_error *err) {
    char path[PATH_SIZE];
    FSC_TRY(fsc_file_join(path, sizeof path, folder, name, err));
    return fsc_file_read(&out->text, &out->length, path, FILE_BYTES_MAX, err);
}

/* The browser's own check: what differs by a byte does not run. */
static void add_hash(fsc_text *out, const part *of) {
    char hex[65];
    unsigned char hash[32];
    fsc_sha256(hex, of->text, of->length);
    for (size_t i = 0; i < sizeof hash; i++) {
        const char *const digits = "0123456789abcdef";
        hash[i] = (unsigned char)(16 * (strchr(digits, hex[2 * i]) - digits) + (strchr(digits, hex[2 * i + 1]) - digits));
    }
    fsc_text_add(out, "'sha256-");
    fsc_view_held_base64(out, hash, sizeof hash);
    fsc_text_add(out, "'");
}

/* Text that ends its own element early, or is read as other bytes than it was hashed as, cannot stand in a page. */
static int stands(const part *of, const char *ending) {
    return strlen(of->text) == of->length && !strstr(of->text, ending) && !strstr(of->text, "<!--") &&
           !strchr(of->text, '\r');
}

/* Copies text up to mark and goes behind it; zero when it is not there. */
static int copy_to(fsc_text *out, const char **text, const char *mark) {
    const char *at = strstr(*text, mark);
    if (!at) return 0;
    fsc_text_add_n(out, *text, (size_t)(at - *text));
    *text = at + strlen(mark);
    return 1;
}

static int put_together(fsc_text *out, const part *page, const part *style, const part *script, const part *licences,
                        const fsc_text *blocks) {
    const char *rest = page->text;
    if (!stands(style, "</style") || !stands(script, "</script") || !copy_to(out, &rest, "<meta charset=\"utf-8\">")) return 0;
    fsc_text_add(out, "<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
                      "'none'; script-src ");
    add_hash(out, script);
    fsc_text_add(out, "; style-src ");
    add_hash(out, style);
    fsc_text_add(out, "; img-src data: blob:; base-uri 'none'; form-action 'none'\">\n<meta name=\"referrer\" "
                      "content=\"no-referrer\">");
    if (!copy_to(out, &rest, "<link rel=\"stylesheet\" href=\"app.css\">")) return 0;
    fsc_text_add(out, "<style>");
    fsc_text_add_n(out, style->text, style->length);
    fsc_text_add(out, "</style>");
    if (!copy_to(out, &rest, " <a href=\"licences.txt\">Licences</a>") || !copy_to(out, &rest, "</footer>")) return 0;
    fsc_text_add(out, "<details><summary>Licences</summary><pre>");
    fsc_text_add_html(out, licences->text);
    fsc_text_add(out, "</pre></details></footer>");
    if (!copy_to(out, &rest, "<script type=\"module\" src=\"app.js\"></script>")) return 0;
    fsc_text_add_n(out, blocks->data, blocks->length);
    fsc_text_add(out, "<script type=\"module\">");
    fsc_text_add_n(out, script->text, script->length);
    fsc_text_add(out, "</script>");
    fsc_text_add(out, rest);
    return 1;
}

fsc_status fsc_view_held_page(fsc_text *out, const char *folder, const fsc_text *blocks, fsc_error *err) {
    static const char *const name[] = {"index.html", "app.css", "app.js", "licences.txt"};
    enum { N_PART = sizeof name / sizeof *name };
    part parts[N_PART] = {{NULL, 0}};
    fsc_status status = FSC_OK;
    if (!folder)
        status = fsc_fail(err, FSC_E_NOTFOUND,
                          "viewer/dist: the viewer's page is not here; make it with 'npm ci && npm run build' in viewer/");
    for (int i = 0; i < N_PART && status == FSC_OK; i++) status = read_part(&parts[i], folder, name[i], err);
    if (status == FSC_OK && !put_together(out, &parts[0], &parts[1], &parts[2], &parts[3], blocks))
        status = fsc_fail(err, FSC_E_FORMAT, "%s: this is not the page of this version; make it anew with 'npm run build'",
                          folder);
    for (int i = 0; i < N_PART; i++) fsc_free(parts[i].text);
    return status == FSC_OK && out->failed ? fsc_fail_nomem(err, "making the page") : status;
}
