/* The picture of an order. */
#ifndef FSC_COHORT_WRITE_H
#define FSC_COHORT_WRITE_H

#include "text.h"

#include <fascicle/order.h>

/* The positional variance picture: rows are events in their order, darkness is the share of orders. */
void fsc_order_picture(fsc_text *text, const fsc_order *order);

#endif
