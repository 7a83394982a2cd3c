#include "audit/chain/verifier.hpp"

namespace frontdesk::chain {

std::string_view meaning(Fault fault) {
  switch (fault) {
    case Fault::changed:
      return "was changed, moved or forged";
    case Fault::missing:
      return "and perhaps further ones behind it were deleted";
    case Fault::unexpected:
      return "has a number that cannot be";
    case Fault::end_missing:
      return "and all behind it were cut off";
    case Fault::end_different:
      return "is not the one that was written";
    case Fault::anchor_missing:
      return "and others are there, but the anchor is gone: the end cannot be proved";
    case Fault::anchor_changed:
      return "is the last; but the anchor was changed: the end cannot be proved";
  }
  return "";
}

void Verifier::report(Fault fault, std::int64_t sequence) {
  if (findings_.size() < kMostFindings) findings_.push_back({fault, sequence});
}

void Verifier::set_anchor(const base::Result<Anchor>& anchor) {
  if (anchor)
    anchor_ = *anchor;
  else if (anchor.error().code == base::ErrorCode::not_found)
    anchor_absent_ = true;
}

void Verifier::add(const Record& record, const Mac& mac) {
  ++records_;
  if (record.sequence <= end_.sequence) return report(Fault::unexpected, record.sequence);
  const bool gap = record.sequence != end_.sequence + 1;
  if (gap)
    report(Fault::missing, end_.sequence + 1);
  else if (mac_after(key_, end_.mac, record) != mac)
    report(Fault::changed, record.sequence);
  if (anchor_ && record.sequence == anchor_->confirmed.sequence && mac != anchor_->confirmed.mac)
    report(Fault::end_different, record.sequence);
  end_ = {record.sequence, mac};
}

std::vector<Finding> Verifier::finish() {
  if (!anchor_) {
    if (!anchor_absent_)
      report(Fault::anchor_changed, end_.sequence);
    else if (records_ > 0)
      report(Fault::anchor_missing, end_.sequence);
  } else if (end_.sequence < anchor_->confirmed.sequence) {
    report(Fault::end_missing, end_.sequence + 1);
  }
  return findings_;
}

}  // namespace frontdesk::chain
