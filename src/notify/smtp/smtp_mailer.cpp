#include "notify/smtp/smtp_mailer.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "base/clock.hpp"
#include "base/entropy.hpp"

namespace frontdesk::smtp {
namespace {

constexpr std::string_view kDomain = "smtp";
constexpr long kTemporaryFrom = 400;
constexpr long kPermanentFrom = 500;

struct FreeHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

struct Reading {
  std::string_view rest;
};

std::size_t read_some(char* out, std::size_t size, std::size_t count, void* data) {
  auto& reading = *static_cast<Reading*>(data);
  const auto length = std::min(size * count, reading.rest.size());
  std::memcpy(out, reading.rest.data(), length);
  reading.rest.remove_prefix(length);
  return length;
}

std::string url_of(const Settings& settings) {
  const std::string scheme = settings.encryption == Encryption::implicit ? "smtps://" : "smtp://";
  const bool v6 = settings.host.find(':') != std::string::npos;
  return scheme + (v6 ? "[" + settings.host + "]" : settings.host) + ":" + std::to_string(settings.port) + "/" +
         settings.from.address.substr(settings.from.address.find('@') + 1);
}

/// Certificate and host name are checked, as libcurl does unless it is told otherwise.
bool configure(CURL* handle, const Settings& settings) {
  const auto set = [&](auto option, auto value) { return curl_easy_setopt(handle, option, value) == CURLE_OK; };
  const auto deadline = static_cast<long>(base::to_ms(settings.deadline));
  bool good = set(CURLOPT_URL, url_of(settings).c_str()) && set(CURLOPT_PROTOCOLS_STR, "smtp,smtps") &&
              set(CURLOPT_NOSIGNAL, 1L) && set(CURLOPT_TIMEOUT_MS, deadline) && set(CURLOPT_PROXY, "") &&
              set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2)) && set(CURLOPT_UPLOAD, 1L);
  if (settings.encryption != Encryption::none) good = good && set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
  if (!settings.certificates.empty()) good = good && set(CURLOPT_CAINFO, settings.certificates.c_str());
  if (!settings.user.empty())
    good = good && set(CURLOPT_USERNAME, settings.user.c_str()) &&
           set(CURLOPT_PASSWORD, settings.password.expose().c_str());
  return good;
}

base::Status outcome(CURLcode result, long answer) {
  if (result == CURLE_OK) return {};
  std::string what = "the mail could not be sent: " + std::string(curl_easy_strerror(result));
  if (answer != 0) what += " (the server answered " + std::to_string(answer) + ")";
  if (result == CURLE_LOGIN_DENIED)
    return base::fail(base::ErrorCode::unauthenticated, kDomain, what + ": check the mail server's user and password");
  if (result == CURLE_USE_SSL_FAILED || result == CURLE_PEER_FAILED_VERIFICATION)
    return base::fail(base::ErrorCode::failed_precondition, kDomain, what + ": check the server's encryption");
  if (answer >= kPermanentFrom) return base::fail(base::ErrorCode::invalid_argument, kDomain, what);
  const bool refused = answer >= kTemporaryFrom || result == CURLE_OPERATION_TIMEDOUT;
  return base::fail(base::ErrorCode::unavailable, kDomain, what, base::Retry::later,
                    refused ? static_cast<int>(answer) : 0);
}

}  // namespace

base::Status deliver(const Settings& settings, const notify::Mail& mail) {
  const auto text = notify::message_text(mail, settings.from, base::wall_now(), base::new_id("mail"));
  if (!text) return tl::unexpected(text.error());
  const std::unique_ptr<CURL, FreeHandle> handle(curl_easy_init());
  const auto from = "<" + settings.from.address + ">";
  const auto to = "<" + mail.to + ">";
  const std::unique_ptr<curl_slist, FreeList> recipients(curl_slist_append(nullptr, to.c_str()));
  if (handle == nullptr || recipients == nullptr || !configure(handle.get(), settings))
    return base::fail(base::ErrorCode::internal, kDomain, "libcurl cannot send mail");
  Reading reading{text->expose()};
  curl_easy_setopt(handle.get(), CURLOPT_MAIL_FROM, from.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(handle.get(), CURLOPT_READFUNCTION, read_some);
  curl_easy_setopt(handle.get(), CURLOPT_READDATA, &reading);
  const auto result = curl_easy_perform(handle.get());
  long answer = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &answer);
  return outcome(result, answer);
}

SmtpMailer::SmtpMailer(Settings settings) : settings_(std::move(settings)) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  thread_ = std::thread([this] { loop(); });
}

SmtpMailer::~SmtpMailer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

base::Status SmtpMailer::send(notify::Mail mail) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= kMostWaiting)
      return base::fail(base::ErrorCode::resource_exhausted, kDomain,
                        "too many mails wait for the mail server: check whether it answers", base::Retry::later);
    queue_.push_back({std::move(mail), 0, base::monotonic_now()});
  }
  changed_.notify_all();
  return {};
}

std::string SmtpMailer::last_problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

void SmtpMailer::loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto next = std::min_element(queue_.begin(), queue_.end(),
                                       [](const auto& a, const auto& b) { return a.not_before < b.not_before; });
    const auto now = base::monotonic_now();
    if (next == queue_.end()) {
      changed_.wait(lock);
    } else if (next->not_before > now) {
      changed_.wait_for(lock, next->not_before - now);
    } else {
      auto waiting = std::move(*next);
      queue_.erase(next);
      lock.unlock();
      const auto status = deliver(settings_, waiting.mail);
      lock.lock();
      finish(std::move(waiting), status);
    }
  }
}

void SmtpMailer::finish(Waiting waiting, const base::Status& status) {
  problem_ = status ? std::string() : status.error().message;
  if (status) {
    ++sent_;
  } else if (status.error().retry == base::Retry::never || waiting.failures >= settings_.retries.size()) {
    ++dropped_;
  } else {
    waiting.not_before = base::monotonic_now() + settings_.retries[waiting.failures++];
    queue_.push_back(std::move(waiting));
  }
}

}  // namespace frontdesk::smtp
