/* A run as a table for people and for other programs. */
#include "fail.h"
#include "file.h"
#include "model.h"
#include "text.h"

#include <fascicle/exchange.h>

static void add_head(fsc_text *text, const fsc_cycle *model, const fsc_cycle_plan *plan) {
    fsc_text_printf(text, "# %s\n", model->sentence);
    fsc_text_add(text, "person\tday\tlevel\tlayer\tside");
    for (int32_t q = 0; q < plan->n_quantity; q++)
        fsc_text_printf(text, "\t%s", fsc_cycle_quantity_text(plan->quantity[q]));
    fsc_text_add(text, "\tperson_nrs\tperson_ndi\tperson_rom\n");
}

fsc_status fsc_cycle_write_tsv(const char *path, const fsc_cycle *model, const fsc_cycle_run *run,
                               const fsc_cycle_plan *plan, const char *const *person_name, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text text = {0};
    if (run->n_day != plan->n_day || run->n_quantity != plan->n_quantity || run->n_site != model->n_site)
        return fsc_fail(err, FSC_E_SHAPE, "%s: the run does not belong to this plan and model", path);
    add_head(&text, model, plan);
    for (int64_t p = 0; p < run->n_person; p++)
        for (int32_t d = 0; d < run->n_day; d++)
            for (int32_t i = 0; i < run->n_site; i++) {
                const fsc_cycle_site *site = &model->site[i];
                const fsc_cycle_outcome *o = &run->outcome[p * run->n_day + d];
                fsc_text_printf(&text, "%s\t%g\t%s\t%s\t%s", person_name[p], plan->day[d], site->level, site->layer,
                                site->side);
                for (int32_t q = 0; q < run->n_quantity; q++)
                    fsc_text_printf(&text, "\t%.6g", fsc_cycle_run_at(run, p, d, q)[i]);
                fsc_text_printf(&text, "\t%.4g\t%.4g\t%.4g\n", o->nrs, o->ndi, o->rom);
            }
    if (text.failed) return fsc_fail_nomem(err, "writing a run of the cycle");
    return fsc_file_write(path, text.data, text.length, err);
}
