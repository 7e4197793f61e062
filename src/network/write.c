/* What a network found, as a file that says so. */
#include "fail.h"
#include "file.h"
#include "json.h"
#include "provenance.h"

#include <fascicle/network.h>
#include <stdio.h>

#define AUTO_JSON __attribute__((cleanup(fsc_json_cleanup))) fsc_json

static fsc_status path_of(char *out, size_t size, const char *dir, const char *name, const char *ending,
                          fsc_error *err) {
    char file[256];
    const int n = snprintf(file, sizeof file, "%s_desc-network_dseg.%s", name, ending);
    if (n < 0 || (size_t)n >= sizeof file) return fsc_fail(err, FSC_E_RANGE, "%.60s: name is too long", name);
    return fsc_file_join(out, size, dir, file, err);
}

fsc_status fsc_network_write(const fsc_network *network, const fsc_labels *labels, const char *dir, const char *name,
                             const fsc_recipe *recipe, fsc_error *err) {
    char path[4096];
    fsc_network_facts facts;
    fsc_network_describe(&facts, network);
    FSC_TRY(fsc_file_make_folder(dir, err));
    AUTO_JSON *root = fsc_json_object();
    fsc_provenance_set(root, recipe,
                       "Muscles found by a network, not looked at by Fascicle or by anybody that it knows of", 1);
    fsc_json_set_string(root, "LabelSource", fsc_label_source_text(FSC_LABELS_NETWORK));
    fsc_json_set_string(root, "NetworkSHA256", facts.sha256);
    fsc_json_set_integer(root, "NetworkClasses", facts.n_class);
    FSC_TRY(path_of(path, sizeof path, dir, name, "json", err));
    FSC_TRY(fsc_json_write(root, path, err));
    FSC_TRY(path_of(path, sizeof path, dir, name, "nii.gz", err));
    return fsc_labels_write(labels, path, err);
}
