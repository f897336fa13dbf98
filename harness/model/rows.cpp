#include "harness/model/rows.h"

namespace gapmeter {

const Histogram& single_calls_of(const SummaryRow& row) {
  static const Histogram none;
  return row.combined.single_calls ? row.combined.single_calls->calls : none;
}

}  // namespace gapmeter
