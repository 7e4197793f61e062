/* What once broke a reader, and a seed for each, read again in every check. usage: replay FOLDER: FOLDER/READER/FILE */
#include "readers.h"

#include <dirent.h>

static int replay(const struct reader *reader, const char *dir) {
    char path[1024];
    int n_file = 0;
    (void)snprintf(path, sizeof path, "%s/%s", dir, reader->name);
    DIR *list = opendir(path);
    for (const struct dirent *entry; list && (entry = readdir(list)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        (void)snprintf(path, sizeof path, "%s/%s/%s", dir, reader->name, entry->d_name);
        FILE *file = fopen(path, "rb");
        uint8_t *bytes = calloc(1, 1 << 20);
        if (!file || !bytes) return -1;
        const size_t n = fread(bytes, 1, 1 << 20, file);
        (void)fclose(file);
        printf("%s %s\n", reader->name, entry->d_name);
        (void)fflush(stdout); /* the last line names what broke */
        reader->read(bytes, n);
        for (size_t cut = 1; cut < 4; cut++) reader->read(bytes, n * cut / 4); /* and files that end early */
        free(bytes);
        n_file++;
    }
    if (list) (void)closedir(list);
    return n_file;
}

int main(int argc, char **argv) {
    int n = 0;
    for (int i = 0; argc > 1 && i < N_READER; i++) {
        const int more = replay(&readers[i], argv[1]);
        if (more < 1) return printf("%s: no file for it in %s\n", readers[i].name, argv[1]), 1;
        n += more;
    }
    (void)rmdir(reader_dir);
    printf("%d files\n", n);
    return argc < 2;
}
