#include "sip/read_caller_headers.hpp"

#include "sip/syntax.hpp"

namespace frontdesk::sip {
namespace {

std::string bounded(std::string_view value) {
  return value.size() <= kMaxCallerFieldBytes ? std::string(value) : std::string();
}

/// Where the values of a header go that may come several times; null: not one of those.
std::vector<std::string>* list_of(std::string_view name, CallerHeaders& out) {
  const auto is = [name](std::string_view wanted) { return equal_ignoring_case(name, wanted); };
  if (is("P-Asserted-Identity")) return &out.asserted;
  if (is("Remote-Party-ID")) return &out.remote_party;
  if (is("Diversion")) return &out.diversion;
  if (is("History-Info")) return &out.history;
  if (is("Privacy")) return &out.privacy;
  return is("Identity") || is("y") ? &out.identity : nullptr;
}

}  // namespace

CallerHeaders read_caller_headers(const sip_msg* message) {
  CallerHeaders out;
  for (const le* element = list_head(&message->hdrl); element; element = element->next) {
    const auto* header = static_cast<const sip_hdr*>(element->data);
    const auto name = view(header->name);
    if (auto* list = list_of(name, out)) {
      if (list->size() < kMaxCallerFields) list->push_back(bounded(view(header->val)));
    } else if (out.from.empty() && (equal_ignoring_case(name, "From") || equal_ignoring_case(name, "f"))) {
      out.from = bounded(view(header->val));
    } else if (out.called_party.empty() && equal_ignoring_case(name, "P-Called-Party-ID")) {
      out.called_party = bounded(view(header->val));
    }
  }
  return out;
}

}  // namespace frontdesk::sip
