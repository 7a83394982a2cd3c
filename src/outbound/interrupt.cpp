#include "outbound/interrupt.hpp"

#include "base/clock.hpp"
#include "outbound/errors.hpp"

namespace frontdesk::outbound {

void Interrupt::fire(base::Error why) {
  if (why_) return;
  why_ = std::move(why);
  over();
  if (const auto stop = std::exchange(stop_, {})) stop();
}

void Interrupt::on_fire(std::function<void()> stop) {
  if (why_) {
    stop();
  } else {
    stop_ = std::move(stop);
  }
}

void Interrupt::total(base::Duration limit) {
  total_ = {base::monotonic_now() + limit, limit, "the request"};
  arm();
}

void Interrupt::phase(base::Duration limit, std::string_view what) {
  phase_ = {base::monotonic_now() + limit, limit, what};
  arm();
}

void Interrupt::no_phase() {
  phase_ = {};
}

void Interrupt::over() {
  total_ = phase_ = {};
  timer_.cancel();
  armed_ = base::kNever;
}

/// A timer that is armed for earlier stays: most deadlines are moved on long before they are reached.
void Interrupt::arm() {
  const auto next = std::min(total_.at, phase_.at);
  if (why_ || next >= armed_) return;
  armed_ = next;
  timer_.expires_after(std::max(base::Duration(0), next - base::monotonic_now()));
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (!error && self) self->look();
  });
}

void Interrupt::look() {
  armed_ = base::kNever;
  const auto& first = total_.at < phase_.at ? total_ : phase_;
  if (first.at == base::kNever) return;
  if (base::monotonic_now() < first.at) return arm();
  fire(error(base::ErrorCode::deadline_exceeded,
             std::string(first.what) + " took longer than " + std::to_string(base::to_ms(first.length)) + " ms",
             base::Retry::later));
}

}  // namespace frontdesk::outbound
