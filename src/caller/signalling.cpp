#include "caller/signalling.hpp"

#include "base/clock.hpp"

namespace frontdesk::caller {

void SignallingQueue::push(SignallingEvent event) {
  event.at = base::monotonic_now();
  if (!events_.push(std::move(event))) return;
}

void SignallingQueue::on_media(sip::DialogId dialog, const sip::NegotiatedMedia& media) {
  push({.dialog = dialog, .what = media});
}
void SignallingQueue::on_established(sip::DialogId dialog) {
  push({.dialog = dialog, .what = CallEstablished{}});
}
void SignallingQueue::on_ended(sip::DialogId dialog, const sip::DialogEnded& ended) {
  push({.dialog = dialog, .what = ended});
}

}  // namespace frontdesk::caller
