/* A page as PDF, by a browser or WeasyPrint when there is one. */
#include <fascicle/report.h>

#include "fail.h"
#include "file.h"
#include "program.h"
#include "text.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIMIT_S 120
enum { PATH_SIZE = 4096 };

/* The first of names that PATH holds. */
static int find(char *path, size_t size, const char *const *names) {
    for (; *names; names++)
        if (fsc_program_find(path, size, *names)) return 1;
    return 0;
}

static void add_escaped(fsc_text *out, const char *path) {
    for (; *path; path++) {
        if (strchr("%#?\"<>\\^`{|} ", *path) || (unsigned char)*path < 0x20)
            fsc_text_printf(out, "%%%02X", (unsigned)(unsigned char)*path);
        else
            fsc_text_add_n(out, path, 1);
    }
}

/* path as a file: address, with what an address cannot hold escaped. */
static void add_address(fsc_text *out, const char *path) {
    char folder[PATH_SIZE];
    fsc_text_add(out, "file://");
    if (path[0] != '/' && getcwd(folder, sizeof folder)) {
        add_escaped(out, folder);
        fsc_text_add(out, "/");
    }
    add_escaped(out, path);
}

static fsc_status by_browser(char *program, const char *pdf, const char *html, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text target = {0};
    FSC_AUTO_TEXT fsc_text page = {0};
    fsc_text_printf(&target, "--print-to-pdf=%s", pdf);
    add_address(&page, html);
    if (target.failed || page.failed) return fsc_fail_nomem(err, "printing a page");
    char *const common[] = {program,
                            (char *)"--headless",
                            (char *)"--disable-gpu",
                            (char *)"--no-first-run",
                            (char *)"--disable-background-networking",
                            (char *)"--no-pdf-header-footer"};
    enum { COMMON = sizeof common / sizeof *common };
    char *argv[COMMON + 4];
    memcpy(argv, common, sizeof common);
    int n = COMMON;
    if (geteuid() == 0) argv[n++] = (char *)"--no-sandbox"; /* it refuses to start as root with one */
    argv[n++] = target.data;
    argv[n++] = page.data;
    argv[n] = NULL;
    return fsc_program_run(argv, LIMIT_S, NULL, err);
}

fsc_status fsc_report_print(const char *pdf_path, const char *html_path, fsc_error *err) {
    static const char *const browser[] = {"chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
                                          NULL};
    static const char *const weasy[] = {"weasyprint", NULL};
    char program[PATH_SIZE], temp[PATH_SIZE + 32];
    if (!fsc_file_exists(html_path)) return fsc_fail(err, FSC_E_IO, "%s: no such page", html_path);
    fsc_status status = FSC_OK;
    int fd = -1;
    FSC_TRY(fsc_file_create(&fd, temp, sizeof temp, pdf_path, err)); /* the program writes over it */
    (void)close(fd);
    if (find(program, sizeof program, browser)) {
        status = by_browser(program, temp, html_path, err);
    } else if (find(program, sizeof program, weasy)) {
        char *const argv[] = {program, (char *)html_path, temp, NULL};
        status = fsc_program_run(argv, LIMIT_S, NULL, err);
    } else {
        status = fsc_fail(err, FSC_E_NOTFOUND,
                          "no PDF: neither Chromium, Chrome nor WeasyPrint is on PATH; install one, or print the page "
                          "from a browser");
    }
    struct stat made;
    if (status == FSC_OK && (stat(temp, &made) != 0 || made.st_size == 0))
        status = fsc_fail(err, FSC_E_IO, "%s: %s made no PDF", html_path, program);
    if (status == FSC_OK) return fsc_file_commit(temp, pdf_path, err);
    fsc_file_discard(temp);
    return status;
}
