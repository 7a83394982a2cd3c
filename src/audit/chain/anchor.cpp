#include "audit/chain/anchor.hpp"

#include <algorithm>
#include <charconv>

#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"

namespace frontdesk::chain {
namespace {

constexpr std::string_view kHeading = "frontdesk audit anchor 1\n";
constexpr std::string_view kConfirmed = "confirmed ";
constexpr std::string_view kIntended = "intended ";
constexpr std::string_view kSeal = "seal ";

std::string line_of(std::string_view word, const Head& head) {
  return std::string(word) + std::to_string(head.sequence) + " " + crypto::hex(head.mac) + "\n";
}

std::string seal_of(std::string_view text, const base::Secret& key) {
  return crypto::hex(crypto::hmac_sha256(crypto::bytes_of(key.expose()), crypto::bytes_of(text)));
}

/// The next line if it begins with `word`; takes it off.
std::optional<std::string_view> take_line(std::string_view& text, std::string_view word) {
  const auto end = text.find('\n');
  if (!text.starts_with(word) || end == std::string_view::npos) return std::nullopt;
  const auto line = text.substr(word.size(), end - word.size());
  text.remove_prefix(end + 1);
  return line;
}

std::optional<Head> head_in(std::string_view line) {
  Head head;
  const auto* last = line.data() + line.size();
  const auto [end, error] = std::from_chars(line.data(), last, head.sequence);
  if (error != std::errc() || end == last || *end != ' ') return std::nullopt;
  const auto mac = crypto::from_hex(std::string_view(end + 1, static_cast<std::size_t>(last - end - 1)));
  if (!mac || mac->size() != head.mac.size()) return std::nullopt;
  std::copy(mac->begin(), mac->end(), head.mac.begin());
  return head;
}

tl::unexpected<base::Error> changed() {
  return base::fail(base::ErrorCode::data_loss, "audit", "the anchor of the audit log was changed or is damaged");
}

}  // namespace

std::string anchor_text(const Anchor& anchor, const base::Secret& key) {
  auto text = std::string(kHeading) + line_of(kConfirmed, anchor.confirmed);
  if (anchor.intended) text += line_of(kIntended, *anchor.intended);
  const auto seal = seal_of(text, key);
  return text + std::string(kSeal) + seal + "\n";
}

base::Result<Anchor> parse_anchor(std::string_view text, const base::Secret& key) {
  const auto all = text;
  if (!text.starts_with(kHeading)) return changed();
  text.remove_prefix(kHeading.size());
  const auto confirmed = take_line(text, kConfirmed);
  const auto head = confirmed ? head_in(*confirmed) : std::nullopt;
  if (!head) return changed();
  Anchor anchor{*head, {}};
  if (const auto intended = take_line(text, kIntended)) {
    anchor.intended = head_in(*intended);
    if (!anchor.intended) return changed();
  }
  const auto sealed = all.substr(0, all.size() - text.size());
  const auto seal = take_line(text, kSeal);
  if (!seal || !text.empty() || !crypto::equal(*seal, seal_of(sealed, key))) return changed();
  return anchor;
}

base::Status check_end(const Head& end, const Anchor& anchor) {
  const bool shorter = end.sequence < anchor.confirmed.sequence;
  const bool different = end.sequence == anchor.confirmed.sequence && end.mac != anchor.confirmed.mac;
  if (!shorter && !different) return {};
  return base::fail(base::ErrorCode::data_loss, "audit",
                    "the audit log ends before its anchor, so that nothing is changed any more: run `frontdesk audit "
                    "verify`; after restoring a backup, `frontdesk audit reanchor`");
}

}  // namespace frontdesk::chain
