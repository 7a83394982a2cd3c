#include "reception/sip_accounts/account_json.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <charconv>

namespace frontdesk::sip_accounts {
namespace {

namespace bj = boost::json;

std::string text_of(const bj::string& text) {
  return {text.data(), text.size()};
}

class Reader {
 public:
  explicit Reader(const bj::object& object) : object_(object) {}

  tl::expected<SipAccountForm, std::vector<Problem>> read() {
    texts();
    port();
    flag("registers", form_.registers);
    flag("verify", form_.verify);
    list("allowedNumbers", form_.allowed_numbers);
    list("codecs", form_.codecs);
    if (const auto* value = take("keepAliveSeconds")) {
      if (value->is_int64() && value->as_int64() >= 0 && value->as_int64() <= 3600) {
        form_.keep_alive_seconds = static_cast<int>(value->as_int64());
      } else {
        problem("keepAliveSeconds", "Write a whole number of seconds, such as 25.");
      }
    }
    std::string direction = "inbound";
    text("direction", direction);
    if (direction != "inbound") problem("direction", "Lines are for inbound calls only: write \"inbound\".");
    (void)take("hasPassword");  // what account_json() wrote may come back
    for (const auto& member : object_) {
      const std::string name(member.key());
      if (std::find(known_.begin(), known_.end(), name) == known_.end())
        problem(name.substr(0, kMaxName), "There is no such setting of a line.");
    }
    if (problems_.empty()) return std::move(form_);
    return tl::unexpected(std::move(problems_));
  }

 private:
  static constexpr std::size_t kMaxName = 60;
  static constexpr std::size_t kMaxProblems = 50;

  void problem(const std::string& name, const char* message) {
    if (problems_.size() < kMaxProblems) problems_.push_back({"/" + name, message, {}, {}});
  }
  const bj::value* take(const char* name) {
    known_.emplace_back(name);
    return object_.if_contains(name);
  }
  void text(const char* name, std::string& target) {
    const auto* value = take(name);
    if (!value) return;
    if (value->is_string()) {
      target = text_of(value->get_string());
    } else {
      problem(name, "Write text.");
    }
  }
  void texts() {
    text("providerName", form_.provider_name);
    text("domain", form_.domain);
    text("username", form_.username);
    text("authUsername", form_.auth_username);
    std::string password;
    text("password", password);
    form_.password = base::Secret(std::move(password));
    text("transport", form_.transport);
    text("inboundNumber", form_.inbound_number);
    text("backupDomain", form_.backup_domain);
    text("outboundProxy", form_.outbound_proxy);
    text("caFile", form_.ca_file);
    text("srtp", form_.srtp);
  }
  void port() {
    const auto* value = take("port");
    if (!value) return;
    if (value->is_int64()) {
      form_.port = std::to_string(value->get_int64());
    } else if (value->is_string()) {
      form_.port = text_of(value->get_string());
    } else {
      problem("port", "Write a whole number from 1 to 65535.");
    }
  }
  void flag(const char* name, bool& target) {
    const auto* value = take(name);
    if (!value) return;
    if (value->is_bool()) {
      target = value->get_bool();
    } else {
      problem(name, "Write true or false.");
    }
  }
  void list(const char* name, std::vector<std::string>& target) {
    const auto* value = take(name);
    if (!value) return;
    if (!value->is_array()) return problem(name, "Write a list of texts.");
    target.clear();
    for (const auto& each : value->get_array()) {
      if (!each.is_string()) return problem(name, "Write a list of texts.");
      target.push_back(text_of(each.get_string()));
    }
  }

  const bj::object& object_;
  SipAccountForm form_;
  std::vector<std::string> known_;
  std::vector<Problem> problems_;
};

bj::array array_of(const std::vector<std::string>& texts) {
  bj::array out;
  for (const auto& text : texts) out.emplace_back(text);
  return out;
}

/// As a number where it is one.
bj::value port_json(const std::string& port) {
  int number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  const bool whole = !port.empty() && error == std::errc{} && end == port.data() + port.size();
  return whole ? bj::value(number) : bj::value(port);
}

}  // namespace

tl::expected<SipAccountForm, std::vector<Problem>> account_from(const boost::json::object& object) {
  return Reader(object).read();
}

boost::json::object account_json(const SipAccountForm& account) {
  return {{"direction", "inbound"},
          {"providerName", account.provider_name},
          {"domain", account.domain},
          {"port", port_json(account.port)},
          {"username", account.username},
          {"authUsername", account.auth_username},
          {"hasPassword", !account.password.empty()},
          {"transport", account.transport},
          {"inboundNumber", account.inbound_number},
          {"allowedNumbers", array_of(account.allowed_numbers)},
          {"backupDomain", account.backup_domain},
          {"outboundProxy", account.outbound_proxy},
          {"registers", account.registers},
          {"caFile", account.ca_file},
          {"verify", account.verify},
          {"keepAliveSeconds", account.keep_alive_seconds},
          {"srtp", account.srtp},
          {"codecs", array_of(account.codecs)}};
}

boost::json::object problems_json(const std::vector<Problem>& problems) {
  bj::array list;
  for (const auto& problem : problems) {
    bj::object each{{"field", problem.field}, {"message", problem.message}};
    if (!problem.proposal.empty()) each["proposal"] = problem.proposal;
    if (!problem.also_port.empty()) each["alsoPort"] = problem.also_port;
    list.push_back(std::move(each));
  }
  return {{"ok", problems.empty()}, {"problems", std::move(list)}};
}

}  // namespace frontdesk::sip_accounts
