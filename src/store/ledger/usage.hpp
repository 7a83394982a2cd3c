// What an organisation used, and what it cost; and the invoices made of it. Money is in millionths of a unit of its
// currency (ISO 4217).
#pragma once
#include <array>

#include "store/table.hpp"

namespace frontdesk::ledger {

struct UsageRecord {
  static constexpr std::string_view kTable = "usage_records";
  static constexpr std::string_view kNoun = "usage record";

  std::string id;  ///< "use_..."
  std::string organisation;
  base::UtcTime at;
  std::optional<std::string> call;
  std::string kind;  ///< "call_seconds", "input_tokens", "output_tokens", "characters"
  std::string provider;
  std::string model;
  std::int64_t quantity = 0;
  std::int64_t cost_micros = 0;
  std::string currency;

  template <class Self, class Visit>
  static void columns(Self& self, Visit&& visit) {
    visit("id", self.id);
    visit("organisation", self.organisation);
    visit("at", self.at);
    visit("call", self.call);
    visit("kind", self.kind);
    visit("provider", self.provider);
    visit("model", self.model);
    visit("quantity", self.quantity);
    visit("cost_micros", self.cost_micros);
    visit("currency", self.currency);
  }
};

struct UsageTotal {
  std::string kind;
  std::string provider;
  std::string model;
  std::string currency;
  std::int64_t quantity = 0;
  std::int64_t cost_micros = 0;
  std::int64_t records = 0;
  friend bool operator==(const UsageTotal&, const UsageTotal&) = default;
};

/// A day in UTC.
struct UsageDay {
  std::int64_t day = 0;  ///< since 1970
  std::string kind;
  std::int64_t quantity = 0;
  std::int64_t records = 0;
  friend bool operator==(const UsageDay&, const UsageDay&) = default;
};

class Usage : public store::Table<UsageRecord> {
 public:
  using Table::Table;
  /// From `from` on, before `to`; in the order of their names.
  base::Result<std::vector<UsageTotal>> totals(const std::string& organisation, base::UtcTime from,
                                               base::UtcTime to) const;
  /// The same by day, the oldest first.
  base::Result<std::vector<UsageDay>> days(const std::string& organisation, base::UtcTime from, base::UtcTime to) const;
};

enum class InvoiceState { open, paid, cancelled };
inline std::span<const std::string_view> names_of(InvoiceState) {
  static constexpr std::array<std::string_view, 3> kNames{"open", "paid", "void"};
  return kNames;
}

struct Invoice {
  static constexpr std::string_view kTable = "invoices";
  static constexpr std::string_view kNoun = "invoice";

  std::string id;  ///< "inv_..."
  std::string organisation;
  std::string number;  ///< unique in the organisation
  base::UtcTime period_from;
  base::UtcTime period_to;
  std::string currency;
  std::int64_t net_micros = 0;
  std::int64_t tax_micros = 0;
  std::int64_t total_micros = 0;
  std::string lines;  ///< JSON
  InvoiceState state = InvoiceState::open;
  base::UtcTime created_at;
  base::UtcTime updated_at;
  std::optional<base::UtcTime> paid_at;
  std::int64_t version = 1;

  template <class Self, class Visit>
  static void columns(Self& self, Visit&& visit) {
    visit("id", self.id);
    visit("organisation", self.organisation);
    visit("number", self.number);
    visit("period_from", self.period_from);
    visit("period_to", self.period_to);
    visit("currency", self.currency);
    visit("net_micros", self.net_micros);
    visit("tax_micros", self.tax_micros);
    visit("total_micros", self.total_micros);
    visit("lines", self.lines);
    visit("state", self.state);
    visit("created_at", self.created_at);
    visit("updated_at", self.updated_at);
    visit("paid_at", self.paid_at);
    visit("version", self.version);
  }
};

using Invoices = store::Table<Invoice>;

}  // namespace frontdesk::ledger
