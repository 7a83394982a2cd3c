#include "app/line_trials.hpp"

#include <algorithm>
#include <atomic>

#include "app/trunk_order.hpp"
#include "config/account.hpp"
#include "outbound/address_guard/address_guard.hpp"
#include "sip/trial/findings/render.hpp"
#include "store/call_records.hpp"

namespace frontdesk::app {
namespace {

class Teller final : public trial::Sink {
 public:
  Teller(std::shared_ptr<http::LiveBody> body, const api::TrialOrder& order)
      : body_(std::move(body)), events_(order.events), ladder_(order.ladder) {}
  void on_step(const findings::Step& step) override { tell("step", findings::json(step)); }
  void on_message(const findings::LadderMessage& message) override {
    if (ladder_) tell("message", findings::json(message));
  }
  void on_finished(const findings::Report& report) override {
    tell("result", findings::closing_json(report));
    told_ = true;  // before whoever asked sees the end, and may ask for the next
    body_->finish();
  }
  bool told() const { return told_; }

 private:
  void tell(const std::string& event, const std::string& json) {
    (void)body_->push(events_ ? "event: " + event + "\ndata: " + json + "\n\n" : json + "\n");
  }
  std::shared_ptr<http::LiveBody> body_;
  bool events_, ladder_;
  std::atomic<bool> told_{false};
};

}  // namespace

struct LineTrials::Running {
  Running(trial::Order wanted, const api::TrialOrder& order)
      : body(std::make_shared<http::LiveBody>()), teller(body, order), trial(std::move(wanted), teller) {}
  std::shared_ptr<http::LiveBody> body;
  Teller teller;
  trial::Trial trial;
};

LineTrials::LineTrials(const InForce& config) : config_(config) {}
LineTrials::~LineTrials() = default;

base::Result<std::shared_ptr<http::LiveBody>> LineTrials::start(const api::TrialOrder& order) {
  const std::lock_guard lock(mutex_);
  if (running_ && !running_->teller.told() && !running_->trial.finished()) {
    return base::fail(base::ErrorCode::resource_exhausted, "app",
                      "another test is under way: it ends within half a minute", base::Retry::later);
  }
  config::Trunk trunk;
  const auto config = config_.get();
  auto server = config->server;
  if (order.account) {
    const auto& srtp = order.account->srtp;
    server.srtp = srtp == "off"        ? config::Srtp::off
                  : srtp == "required" ? config::Srtp::required
                                       : config::Srtp::optional;
    trunk = config::trunk_of(*order.account, order.account->provider_name);
  } else {
    const auto& all = config->all_trunks;
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.name == order.line; });
    if (found == all.end()) return base::fail(base::ErrorCode::not_found, "app", "no line of this name is configured");
    trunk = *found;
  }
  auto wanted = trial_order(trunk, server);
  if (order.account && order.guarded)
    wanted.admits = [policy = address_guard::Policy{config->outbound.allowed_private}](const base::Endpoint& address) {
      return address_guard::check(address, policy);
    };
  running_.reset();  // its thread has told everything, and ends now
  running_ = std::make_unique<Running>(std::move(wanted), order);
  return running_->body;
}

namespace {

/// Whether nobody but this machine can ask: neither directly nor by a proxy on it, which needs a name of its own.
bool asked_from_here_alone(const config::Server& server) {
  const auto& https = server.https;
  const bool https_listens = https.listen.port != 0 || !https.certificate.empty();
  return server.http.is_loopback() && (!https_listens || https.listen.is_loopback()) && server.host_names.empty() &&
         server.url.empty();
}

}  // namespace

api::LineSources line_sources(const InForce& config) {
  api::LineSources sources;
  const auto first = config.get();
  sources.country = first->business.country;
  sources.inside_targets = asked_from_here_alone(first->server);
  sources.lines = [&config] {
    const auto current = config.get();
    std::vector<api::Line> lines;
    for (const auto& trunk : current->all_trunks)
      lines.push_back({trunk.name, trunk.provider, config::account_of(trunk, trunk.srtp.value_or(current->server.srtp)),
                       trunk.saved_as,
                       trunk.organisation.empty() ? std::string(store::kLocalOrganisation) : trunk.organisation});
    return lines;
  };
  return sources;
}

}  // namespace frontdesk::app
