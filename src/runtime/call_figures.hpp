// How a call sounded, gathered for its record.
#pragma once
#include "media/session.hpp"
#include "runtime/call_records.hpp"
#include "sip/media_description.hpp"

namespace frontdesk::runtime {

/// What was agreed; the last agreement of a call counts.
void take_format(CallFigures& figures, const sip::NegotiatedMedia& agreed);
void take_stats(CallFigures& figures, const media::MediaStats& stats);

}  // namespace frontdesk::runtime
