#include "api/saved_lines.hpp"

#include <charconv>

#include "base/entropy.hpp"
#include "base/ids.hpp"

namespace frontdesk::api {
namespace {

constexpr std::string_view kPasswordField = "sip_configurations.password_sealed";

secrets::Place place_of(const settings::SipConfiguration& row) {
  return {row.organisation, row.id, kPasswordField};
}

void take(settings::SipConfiguration& row, const sip_accounts::SipAccountForm& form) {
  row.provider_name = form.provider_name;
  row.domain = form.domain;
  std::from_chars(form.port.data(), form.port.data() + form.port.size(), row.port);
  row.username = form.username;
  row.auth_username = form.auth_username;
  row.transport = form.transport;
  row.inbound_number = form.inbound_number;
  row.allowed_numbers = form.allowed_numbers;
  row.backup_domain = form.backup_domain;
  row.outbound_proxy = form.outbound_proxy;
  row.registers = form.registers;
  row.ca_file = form.ca_file;
  row.verify = form.verify;
  row.keep_alive_seconds = form.keep_alive_seconds;
  row.srtp = form.srtp;
  row.codecs = form.codecs;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& each : texts) out += (out.empty() ? "" : ", ") + each;
  return out;
}

/// What a change of settings says in the audit log; passwords only as that they are there.
std::vector<chain::Change> changes(const settings::SipConfiguration& before, const settings::SipConfiguration& after) {
  std::vector<chain::Change> out;
  const auto compare = [&](const char* field, const std::string& was, const std::string& is) {
    if (was != is) out.push_back({field, was, is});
  };
  compare("provider_name", before.provider_name, after.provider_name);
  compare("domain", before.domain, after.domain);
  compare("port", std::to_string(before.port), std::to_string(after.port));
  compare("username", before.username, after.username);
  compare("auth_username", before.auth_username, after.auth_username);
  compare("transport", before.transport, after.transport);
  compare("inbound_number", before.inbound_number, after.inbound_number);
  compare("allowed_numbers", joined(before.allowed_numbers), joined(after.allowed_numbers));
  compare("backup_domain", before.backup_domain, after.backup_domain);
  compare("outbound_proxy", before.outbound_proxy, after.outbound_proxy);
  compare("registers", before.registers ? "yes" : "no", after.registers ? "yes" : "no");
  compare("ca_file", before.ca_file, after.ca_file);
  compare("verify", before.verify ? "yes" : "no", after.verify ? "yes" : "no");
  compare("keep_alive_seconds", std::to_string(before.keep_alive_seconds), std::to_string(after.keep_alive_seconds));
  compare("srtp", before.srtp, after.srtp);
  compare("codecs", joined(before.codecs), joined(after.codecs));
  if (before.password.text != after.password.text)
    out.push_back(
        {"password", before.password.text.empty() ? "" : "(set)", after.password.text.empty() ? "" : "(set)"});
  return out;
}

base::Status seal_password(const LineEditor& editor, store::Connection& connection, settings::SipConfiguration& row,
                           const base::Secret& password) {
  if (password.empty()) return {};
  auto sealed = editor.office.box.seal(connection, place_of(row), password, editor.now);
  if (!sealed) return tl::unexpected(sealed.error());
  row.password.text = std::move(*sealed);
  return {};
}

base::Result<sip_accounts::SipAccountForm> opened(const accounts::Office& office, store::Connection& connection,
                                                  const settings::SipConfiguration& row) {
  auto form = form_of(row);
  if (row.password.text.empty()) return form;
  auto password = office.box.open(connection, place_of(row), row.password.text);
  if (!password) return tl::unexpected(password.error());
  form.password = std::move(*password);
  return form;
}

}  // namespace

sip_accounts::SipAccountForm form_of(const settings::SipConfiguration& row) {
  sip_accounts::SipAccountForm form;
  form.provider_name = row.provider_name;
  form.domain = row.domain;
  form.port = std::to_string(row.port);
  form.username = row.username;
  form.auth_username = row.auth_username;
  form.transport = row.transport;
  form.inbound_number = row.inbound_number;
  form.allowed_numbers = row.allowed_numbers;
  form.backup_domain = row.backup_domain;
  form.outbound_proxy = row.outbound_proxy;
  form.registers = row.registers;
  form.ca_file = row.ca_file;
  form.verify = row.verify;
  form.keep_alive_seconds = static_cast<int>(row.keep_alive_seconds);
  form.srtp = row.srtp;
  form.codecs = row.codecs;
  return form;
}

base::Result<std::vector<settings::SipConfiguration>> saved_lines(accounts::Office& office,
                                                                  const std::string& organisation) {
  return office.with_connection(
      [&](store::Connection& connection) -> base::Result<std::vector<settings::SipConfiguration>> {
        auto page = settings::SipConfigurations(connection).list(organisation, kMostLines);
        if (!page) return tl::unexpected(page.error());
        return std::move(page->rows);
      });
}

base::Result<sip_accounts::SipAccountForm> saved_account(accounts::Office& office, const std::string& organisation,
                                                         const std::string& id) {
  return office.with_connection([&](store::Connection& connection) -> base::Result<sip_accounts::SipAccountForm> {
    const auto row = settings::SipConfigurations(connection).find(organisation, id);
    if (!row) return tl::unexpected(row.error());
    return opened(office, connection, *row);
  });
}

base::Result<settings::SipConfiguration> add_line(const LineEditor& editor, const sip_accounts::SipAccountForm& form,
                                                  const std::string& name) {
  settings::SipConfiguration row;
  row.id = base::new_id("sip");
  row.organisation = editor.who.organisation;
  row.user = editor.who.id;
  row.name = name;
  row.created_at = row.updated_at = editor.now;
  take(row, form);
  return editor.office.change(
      editor.now, [&](store::Connection& connection, audit::Trail& trail) -> base::Result<settings::SipConfiguration> {
        settings::SipConfigurations table(connection);
        const auto there = table.list(row.organisation, kMostLines);
        if (!there) return tl::unexpected(there.error());
        if (there->rows.size() >= kMostLines)
          return base::fail(base::ErrorCode::failed_precondition, "api", "there are 100 lines: delete unused ones");
        if (auto sealed = seal_password(editor, connection, row, form.password); !sealed)
          return tl::unexpected(sealed.error());
        if (auto added = table.add(row); !added) return tl::unexpected(added.error());
        trail.add({accounts::actor_of(editor.who, editor.visitor), "line.added", row.id,
                   changes(settings::SipConfiguration{}, row)});
        return row;
      });
}

base::Result<settings::SipConfiguration> change_line(const LineEditor& editor, settings::SipConfiguration row,
                                                     const sip_accounts::SipAccountForm& form) {
  return editor.office.change(
      editor.now, [&](store::Connection& connection, audit::Trail& trail) -> base::Result<settings::SipConfiguration> {
        auto changed = row;
        take(changed, form);
        changed.updated_at = editor.now;
        if (auto sealed = seal_password(editor, connection, changed, form.password); !sealed)
          return tl::unexpected(sealed.error());
        auto done = settings::SipConfigurations(connection).replace(changed);
        if (!done) return done;
        trail.add({accounts::actor_of(editor.who, editor.visitor), "line.changed", row.id, changes(row, *done)});
        return done;
      });
}

base::Status remove_line(const LineEditor& editor, const settings::SipConfiguration& row) {
  return editor.office.change(editor.now, [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
    trail.add({accounts::actor_of(editor.who, editor.visitor), "line.removed", row.id,
               changes(row, settings::SipConfiguration{})});
    return settings::SipConfigurations(connection).remove(row.organisation, row.id);
  });
}

base::Result<std::vector<SavedLine>> all_saved_lines(accounts::Office& office) {
  return office.with_connection([&](store::Connection& connection) -> base::Result<std::vector<SavedLine>> {
    const auto rows = settings::SipConfigurations(connection).all();
    if (!rows) return tl::unexpected(rows.error());
    std::vector<SavedLine> lines;
    for (const auto& row : *rows) {
      auto account = opened(office, connection, row);
      // What may work later must not take a line away that is in force.
      if (!account && account.error().retry != base::Retry::never) return tl::unexpected(account.error());
      if (account) lines.push_back({row, std::move(*account)});
    }
    return lines;
  });
}

}  // namespace frontdesk::api
