#include "alerts/bell/bell.hpp"

#include <spdlog/spdlog.h>

#include "base/iso_time.hpp"
#include "store/ledger/alerts.hpp"
#include "webhooks/outbox/outbox.hpp"

namespace frontdesk::bell {
namespace {

constexpr std::size_t kLongestDetail = 1000;

ledger::Severity severity_of(alerts::Severity severity) {
  return severity == alerts::Severity::critical ? ledger::Severity::critical : ledger::Severity::warning;
}

bool line_event(const alerts::Change& change) {
  return change.trouble.kind == alerts::kind::kLineDown;
}

webhooks::Event event_of(const ledger::Alert& alert, std::string_view name, base::UtcTime at) {
  boost::json::object data{{"alert", alert.id},
                           {"kind", alert.kind},
                           {"subject", alert.subject},
                           {"severity", store::name_of(alert.severity)},
                           {"title", alert.title},
                           {"detail", alert.detail},
                           {"first_at", base::iso_time(alert.first_at)}};
  if (alert.kind == alerts::kind::kLineDown) data["line"] = alert.subject;
  if (alert.resolved_at) data["resolved_at"] = base::iso_time(*alert.resolved_at);
  return {alert.id + "/" + std::string(name), name, at, std::move(data)};
}

}  // namespace

base::Result<std::vector<alerts::Trouble>> Bell::unresolved() {
  auto connection = pool_.take();
  if (!connection) return tl::unexpected(connection.error());
  const auto page = ledger::Alerts(**connection).unresolved(options_.organisation, store::kLongestList);
  if (!page) return tl::unexpected(page.error());
  std::vector<alerts::Trouble> troubles;
  for (const auto& alert : page->rows)
    troubles.push_back(
        {alert.kind, alert.subject,
         alert.severity == ledger::Severity::critical ? alerts::Severity::critical : alerts::Severity::warning,
         alert.title, alert.detail});
  return troubles;
}

/// True if it is news: somebody else may have told of it.
base::Result<bool> Bell::write(store::Connection& connection, const Pending& pending) {
  ledger::Alerts rows(connection);
  const auto& trouble = pending.change.trouble;
  const auto tell = [&](const ledger::Alert& alert, std::string_view name) -> base::Status {
    const auto queued =
        outbox::queue(connection, box_, options_.organisation, event_of(alert, name, pending.at), pending.at);
    if (!queued) return tl::unexpected(queued.error());
    return {};
  };
  if (!pending.change.over) {
    const auto alert = rows.raise({options_.organisation, trouble.kind, trouble.subject, severity_of(trouble.severity),
                                   trouble.title, trouble.detail.substr(0, kLongestDetail)},
                                  pending.at);
    if (!alert) return tl::unexpected(alert.error());
    if (alert->times > 1) return false;
    if (auto told = tell(*alert, webhooks::event::kAlertRaised); !told) return tl::unexpected(told.error());
    if (line_event(pending.change))
      if (auto told = tell(*alert, webhooks::event::kLineDown); !told) return tl::unexpected(told.error());
    return true;
  }
  const auto alert = rows.open_one(options_.organisation, trouble.kind, trouble.subject);
  if (!alert) {
    if (alert.error().code == base::ErrorCode::not_found) return false;
    return tl::unexpected(alert.error());
  }
  auto over = *alert;
  over.resolved_at = pending.at;
  const auto resolved = rows.resolve(options_.organisation, trouble.kind, trouble.subject, pending.at);
  if (!resolved) return tl::unexpected(resolved.error());
  if (auto told = tell(over, webhooks::event::kAlertResolved); !told) return tl::unexpected(told.error());
  if (line_event(pending.change))
    if (auto told = tell(over, webhooks::event::kLineUp); !told) return tl::unexpected(told.error());
  return true;
}

void Bell::mail(const Pending& pending) {
  const auto& trouble = pending.change.trouble;
  const std::string subject = options_.name + ": " + (pending.change.over ? "over: " : "") + trouble.title;
  const std::string text = trouble.title + ".\n\n" + trouble.detail + "\n\n" +
                           (pending.change.over ? "This is over since " : "Since ") + base::iso_time(pending.at) +
                           ".\n" + options_.url + "\n";
  for (const auto& to : recipients_)
    if (auto sent = mailer_.send({to, subject, base::Secret(text)});
        !sent && sent.error().code != base::ErrorCode::unavailable)
      spdlog::warn("an alert was not mailed: {}", sent.error().message);
}

base::Status Bell::write_down() {
  auto connection = pool_.take();
  if (!connection) return tl::unexpected(connection.error());
  if (options_.recipients) {
    auto recipients = options_.recipients(**connection);
    if (!recipients) return tl::unexpected(recipients.error());
    recipients_ = std::move(*recipients);
  }
  while (!pending_.empty()) {
    auto& first = pending_.front();
    bool news = false;
    const auto done = (*connection)->transaction([&]() -> base::Status {
      const auto written = write(**connection, first);
      if (!written) return tl::unexpected(written.error());
      news = *written;
      return {};
    });
    if (!done && done.error().retry != base::Retry::never) return done;
    if (!done) spdlog::error("an alert was not written down: {}", done.error().message);
    if (news && !first.mailed) mail(first);
    if (news && options_.wake) options_.wake();
    pending_.pop_front();
  }
  return {};
}

void Bell::ring(const std::vector<alerts::Change>& changes, base::UtcTime now) {
  for (const auto& change : changes) {
    if (change.over)
      spdlog::info("over: {}", change.trouble.title);
    else
      spdlog::warn("{}: {}", change.trouble.title, change.trouble.detail);
    if (pending_.size() >= kMostPending) pending_.pop_front();
    pending_.push_back({change, now});
  }
  if (write_down()) return;
  for (auto& pending : pending_)
    if (!std::exchange(pending.mailed, true)) mail(pending);
}

}  // namespace frontdesk::bell
