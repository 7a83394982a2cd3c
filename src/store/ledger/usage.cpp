#include "store/ledger/usage.hpp"

namespace frontdesk::ledger {

base::Result<std::vector<UsageTotal>> Usage::totals(const std::string& organisation, base::UtcTime from,
                                                    base::UtcTime to) const {
  const auto rows = connection_.run(
      "SELECT kind, provider, model, currency, SUM(quantity), SUM(cost_micros), COUNT(*) FROM usage_records WHERE "
      "organisation = ? AND at >= ? AND at < ? GROUP BY kind, provider, model, currency ORDER BY kind, provider, "
      "model, "
      "currency",
      {organisation, from.unix_ms, to.unix_ms});
  if (!rows) return tl::unexpected(rows.error());
  std::vector<UsageTotal> totals;
  for (const auto& row : *rows)
    totals.push_back(
        {row.text(0), row.text(1), row.text(2), row.text(3), row.integer(4), row.integer(5), row.integer(6)});
  return totals;
}

base::Result<std::vector<UsageDay>> Usage::days(const std::string& organisation, base::UtcTime from,
                                                base::UtcTime to) const {
  const auto rows = connection_.run(
      "SELECT at / 86400000 AS day, kind, SUM(quantity), COUNT(*) FROM usage_records WHERE organisation = ? AND at >= "
      "? "
      "AND at < ? GROUP BY 1, 2 ORDER BY 1, 2",
      {organisation, from.unix_ms, to.unix_ms});
  if (!rows) return tl::unexpected(rows.error());
  std::vector<UsageDay> days;
  for (const auto& row : *rows) days.push_back({row.integer(0), row.text(1), row.integer(2), row.integer(3)});
  return days;
}

}  // namespace frontdesk::ledger
