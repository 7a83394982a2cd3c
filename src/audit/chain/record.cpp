#include "audit/chain/record.hpp"

#include "crypto/digest.hpp"

namespace frontdesk::chain {
namespace {

constexpr std::string_view kRecordPurpose = "frontdesk audit record 1";
constexpr std::size_t kShortestToShowOf = 12;
constexpr std::size_t kShown = 4;

void append(std::string& out, std::string_view text) {
  out += std::to_string(text.size());
  out += ':';
  out += text;
}

}  // namespace

std::string shown(const base::Secret& secret) {
  const auto& text = secret.expose();
  if (text.empty()) return "(not set)";
  return text.size() < kShortestToShowOf ? "(secret)" : "(secret ending " + text.substr(text.size() - kShown) + ")";
}

std::string canonical(const Record& record) {
  std::string out;
  append(out, std::to_string(record.sequence));
  append(out, std::to_string(record.at.unix_ms));
  for (const auto* text :
       {&record.organisation, &record.actor, &record.session, &record.address, &record.action, &record.subject})
    append(out, *text);
  append(out, std::to_string(record.changes.size()));
  for (const auto& change : record.changes)
    for (const auto* text : {&change.field, &change.before, &change.after}) append(out, *text);
  return out;
}

Mac mac_after(const base::Secret& key, const Mac& before, const Record& record) {
  std::string text(kRecordPurpose);
  text.append(before.begin(), before.end());
  text += canonical(record);
  return crypto::hmac_sha256(crypto::bytes_of(key.expose()), crypto::bytes_of(text));
}

}  // namespace frontdesk::chain
