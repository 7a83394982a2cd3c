// Private: one test from beginning to end, on the thread that calls it.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sip/digest.hpp"
#include "sip/libre.hpp"
#include "sip/trial/findings/diagnosis.hpp"
#include "sip/trial/name_lookup.hpp"
#include "sip/trial/trial.hpp"
#include "sip/trial/wire.hpp"

namespace frontdesk::trial {

class Run {
 public:
  Run(const Order& order, Sink& sink, const std::atomic<bool>& cancelled);
  void all();

 private:
  template <class T>
  using Ref = sip::Ref<T>;

  /// An answer to a request; status 0: none came, see outcome.
  struct Answer {
    Outcome outcome = Outcome::ok;
    int status = 0;
    std::string reason;
    Ref<sip_msg> message;
  };
  // The steps, in order; false: those after it make no sense.
  bool resolve();
  bool connect();
  bool secure();
  bool ask();
  bool prove();
  void tell_acceptance();
  void ask_options();
  void check_media();
  void leave();

  bool admitted();

  // Parts of them (asking.cpp).
  bool reach(const sip::Hop& hop, findings::Diagnosis& why);
  Answer exchange(const std::string& method, const std::string& more, Until until);
  Answer await_answer(const std::string& request, const std::string& branch, Until until);
  std::optional<Answer> read(const std::string& text, const std::string& branch, bool& not_sip);
  std::string request_uri() const;
  std::string request(const std::string& method, const std::string& branch, const std::string& more);
  Answer ask_with(const sip::DigestChallenge& challenge, std::uint32_t count);
  Answer ask_longer(const sip::DigestChallenge* challenge);
  void note_seen_address(const sip_msg* message);
  void note_message(bool sent, const std::string& text);
  findings::Refusal refusal(const Answer& answer, bool credentials_sent) const;
  findings::Diagnosis unanswered(Outcome outcome) const;
  std::string words(const Answer& answer) const;
  bool describe_challenge(const sip::DigestChallenge& challenge);

  // The record.
  void begin(findings::StepKind kind);
  void end(findings::State state, std::string sentence, findings::Diagnosis diagnosis = {});
  void fact(std::string name, std::string value);
  void skip(findings::StepKind kind, std::string sentence);
  void skip_rest();
  base::Duration elapsed() const { return base::monotonic_now() - began_; }
  findings::Target target() const;

  const Order& order_;
  Sink& sink_;
  const base::Instant began_;
  const Until until_;
  findings::Report report_;
  std::vector<std::string> secrets_;
  std::string call_id_, tag_;
  std::uint32_t sequence_ = 0;

  std::vector<std::pair<sip::Hop, bool>> hops_;  ///< bool: of the backup
  sip::Hop hop_;
  bool backup_ = false;
  Wire wire_;
  std::unique_ptr<sip::TlsContext> tls_;
  Answer answer_;  ///< the latest to a REGISTER; of a line without registration over UDP: to OPTIONS
  std::optional<base::Endpoint> seen_;  ///< our address as the provider sees it
};

}  // namespace frontdesk::trial
