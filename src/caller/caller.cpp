#include "caller/caller.hpp"

#include <thread>

#include "audio/wav.hpp"
#include "caller/lines.hpp"
#include "caller/media_loop.hpp"
#include "caller/narrator.hpp"
#include "caller/route.hpp"
#include "caller/signalling.hpp"
#include "sip/syntax.hpp"
#include "sip/user_agent.hpp"
#include "udp/rtp_ports.hpp"

namespace frontdesk::caller {
namespace {

using base::ErrorCode;

constexpr std::string_view kDomain = "caller";
constexpr std::uint16_t kSipPort = 5060;
constexpr base::Duration kStopLimit = base::seconds(1);  ///< for dialogs that did not end in time

tl::unexpected<base::Error> wrong(std::string message) {
  return base::fail(ErrorCode::invalid_argument, kDomain, std::move(message));
}

base::Status check(const CallPlan& plan, const CallOptions& options) {
  if (options.calls == 0 || options.calls > kMaxCalls)
    return wrong("--calls is from 1 to " + std::to_string(kMaxCalls));
  if (options.call_limit > kMaxCallLength) return wrong("a test call lasts at most half an hour");
  if (options.codecs.empty()) return wrong("name at least one codec");
  if (options.listen_only &&
      (options.listen_only->length <= base::Duration{0} || options.listen_only->length > kMaxCallLength))
    return wrong("--listen-only is from 1 to " + std::to_string(base::to_ms(kMaxCallLength) / 1000) + " seconds");
  if (!options.listen_only && plan.steps.empty()) return wrong("the plan has no steps");
  return {};
}

/// What a run needs before the first INVITE.
struct Prepared {
  std::string target;
  std::string peer;  ///< as the user would write it
  Route route;
  std::vector<audio::Pcm> lines;
  audio::Pcm listen_sound;
};

base::Result<Prepared> prepare(const CallPlan& plan, const CallOptions& options, const Engines& engines) {
  if (auto checked = check(plan, options); !checked) return tl::unexpected(checked.error());
  Prepared prepared;
  auto target = complete_uri(options.uri);
  if (!target) return tl::unexpected(target.error());
  prepared.target = std::move(*target);
  const auto uri = sip::parse_uri(prepared.target);
  const std::uint16_t port = uri->port != 0 ? uri->port : kSipPort;
  prepared.peer = sip::uri_host(uri->host) + ":" + std::to_string(port);

  const auto address = resolve_host(uri->host, port);
  if (!address) return tl::unexpected(address.error());
  auto route = find_route(*address);
  if (!route) return tl::unexpected(route.error());
  prepared.route = *route;
  if (options.bind != base::Endpoint{}) prepared.route.local = options.bind;
  const auto transport = sip::parameter(uri->parameters, "transport");
  if (transport && !sip::equal_ignoring_case(*transport, "udp")) prepared.route.refused = false;
  if (prepared.route.refused) return prepared;  // the lines will not be needed

  if (options.listen_only) {
    auto sound = prepare_listen_sound(*options.listen_only);
    if (!sound) return tl::unexpected(sound.error());
    prepared.listen_sound = std::move(*sound);
    return prepared;
  }
  auto lines = prepare_lines(plan, options, engines.tts);
  if (!lines) return tl::unexpected(lines.error());
  prepared.lines = std::move(*lines);
  return prepared;
}

base::Result<std::vector<Leg>> make_legs(const LegMaterial& material, const base::Endpoint& local) {
  std::vector<Leg> legs;
  legs.reserve(material.options.calls);
  for (std::size_t call = 0; call < material.options.calls; ++call) {
    auto socket = udp::open_on_any_even_port(local);
    if (!socket) return tl::unexpected(socket.error());
    socket->stamp_arrivals();
    legs.emplace_back(call, material, std::move(*socket));
  }
  return legs;
}

/// Places the calls and waits for their end.
base::Result<std::vector<CallLog>> place_calls(const CallPlan& plan, const Prepared& prepared,
                                               const LegMaterial& material, const Engines& engines) {
  SignallingQueue signalling;
  auto user_agent = sip::UserAgent::start(
      {.listen = prepared.route.local, .product_token = "Frontdesk test caller", .max_dialogs = kMaxCalls}, signalling);
  if (!user_agent) return tl::unexpected(user_agent.error());
  auto legs = make_legs(material, prepared.route.local);
  if (!legs) return tl::unexpected(legs.error());

  Narrator narrator(plan, engines, material.options.calls);
  MediaLoop loop({.user_agent = **user_agent,
                  .signalling = signalling,
                  .material = material,
                  .target = prepared.target,
                  .stop = engines.stop,
                  .on_spoken = [&narrator](SpokenEvent event) { narrator.push(std::move(event)); }},
                 std::move(*legs));
  base::Status finished;
  std::jthread media([&] {
    finished = loop.run();
    narrator.close();
  });
  narrator.work_until_closed();
  media.join();
  (*user_agent)->stop(kStopLimit);
  if (!finished) return tl::unexpected(finished.error());
  std::vector<CallLog> logs = loop.take_logs();
  narrator.complete(logs);
  return logs;
}

std::filesystem::path recording_path(const std::filesystem::path& record, std::size_t call) {
  if (call == 0) return record;
  std::filesystem::path path = record;
  return path.replace_filename(record.stem().string() + "-" + std::to_string(call + 1) + record.extension().string());
}

base::Status write_recording(const std::filesystem::path& path, const CallLog& log) {
  audio::Wav wav{.rate = audio::kTelephoneRate, .channels = 2};
  wav.samples.reserve(log.caller.size() * 2);
  for (std::size_t i = 0; i < log.caller.size(); ++i) {
    wav.samples.push_back(log.caller[i]);
    wav.samples.push_back(log.receptionist[i]);
  }
  return audio::write_wav(path, wav);
}

CallReport report_call(const CallPlan& plan, const CallLog& log, const CallOptions& options, std::size_t call) {
  CallReport report = make_report(plan, log);
  if (options.record.empty() || log.caller.empty()) return report;
  const std::filesystem::path path = recording_path(options.record, call);
  if (auto written = write_recording(path, log); written) {
    report.recording = path.string();
  } else {
    report.remarks.push_back("the recording was not written: " + written.error().message);
  }
  return report;
}

}  // namespace

base::Result<std::string> complete_uri(std::string_view text) {
  std::string uri(text);
  const bool has_scheme = uri.starts_with("sip:") || uri.starts_with("sips:");
  if (!has_scheme && uri.find('@') == std::string::npos) uri = "reception@" + uri;
  if (!has_scheme) uri = "sip:" + uri;
  const auto parsed = sip::parse_uri(uri);
  if (!parsed || parsed->host.empty())
    return wrong("'" + std::string(text) + "' is not a SIP address; write it like sip:reception@192.0.2.10:5060");
  return uri;
}

base::Result<RunReport> run(const CallPlan& plan, const CallOptions& options, const Engines& engines) {
  auto prepared = prepare(plan, options, engines);
  if (!prepared) return tl::unexpected(prepared.error());
  RunReport report{.plan = options.listen_only ? "listen only" : plan.name, .uri = prepared->target};
  std::vector<CallLog> logs;
  if (prepared->route.refused) {
    logs.resize(options.calls);
    for (std::size_t call = 0; call < logs.size(); ++call) {
      logs[call].call = std::to_string(call + 1);
      logs[call].failure = "no answer from " + prepared->peer + ": is ./dev run running?";
    }
  } else {
    const LegMaterial material{plan, options, prepared->lines, prepared->listen_sound, prepared->peer};
    auto placed = place_calls(plan, *prepared, material, engines);
    if (!placed) return tl::unexpected(placed.error());
    logs = std::move(*placed);
  }
  for (std::size_t call = 0; call < logs.size(); ++call)
    report.calls.push_back(report_call(plan, logs[call], options, call));
  return report;
}

}  // namespace frontdesk::caller
