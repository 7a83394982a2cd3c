#include "load/load.hpp"

#include "caller/caller.hpp"
#include "caller/route.hpp"
#include "load/load_loop.hpp"
#include "sip/syntax.hpp"

namespace frontdesk::load {
namespace {

constexpr std::uint16_t kSipPort = 5060;
constexpr base::Duration kStopLimit = base::seconds(2);

tl::unexpected<base::Error> wrong(std::string message) {
  return base::fail(base::ErrorCode::invalid_argument, "load", std::move(message));
}

base::Status check(const LoadOptions& options) {
  if (options.calls == 0 && options.rate <= 0) return wrong("name a number of calls, a rate of new ones, or both");
  if (options.calls > kMaxCalls) return wrong("at most " + std::to_string(kMaxCalls) + " calls at once");
  if (options.rate < 0 || options.rate > kMaxRate) return wrong("at most 1000 new calls per second");
  if (options.length <= base::Duration{0} || options.length > kMaxLength) return wrong("a run lasts at most two hours");
  if (options.codecs.empty()) return wrong("name at least one codec");
  return {};
}

base::Result<base::Endpoint> local_address(const LoadOptions& options, const std::string& target) {
  if (options.bind != base::Endpoint{}) return options.bind;
  const auto uri = sip::parse_uri(target);
  const auto address = caller::resolve_host(uri->host, uri->port != 0 ? uri->port : kSipPort);
  if (!address) return tl::unexpected(address.error());
  const auto route = caller::find_route(*address);
  if (!route) return tl::unexpected(route.error());
  return route->local;
}

}  // namespace

base::Result<LoadReport> run(const LoadOptions& options) {
  if (auto checked = check(options); !checked) return tl::unexpected(checked.error());
  const auto target = caller::complete_uri(options.uri);
  if (!target) return tl::unexpected(target.error());
  const auto local = local_address(options, *target);
  if (!local) return tl::unexpected(local.error());
  auto ports = MediaPorts::open(*local);
  if (!ports) return tl::unexpected(ports.error());

  caller::SignallingQueue signalling;
  sip::UserAgentOptions ours;
  ours.listen = *local;
  ours.product_token = "Frontdesk load caller";
  ours.max_dialogs = 2 * kMaxCalls;
  ours.max_messages_per_s = 10 * kMaxRate;
  ours.message_burst = 10 * kMaxRate;
  auto user_agent = sip::UserAgent::start(ours, signalling);
  if (!user_agent) return tl::unexpected(user_agent.error());
  LoadLoop loop({**user_agent, signalling, *ports, options, *target});
  const auto finished = loop.run();
  (*user_agent)->stop(kStopLimit);
  if (!finished) return tl::unexpected(finished.error());
  LoadReport report = loop.take_report();
  report.uri = *target;
  report.setup_ms = meter::summarise(std::move(report.setup));
  return report;
}

}  // namespace frontdesk::load
