// `frontdesk serve`: the composition root of the running receptionist.
#pragma once
#include <string>

namespace frontdesk::app {

/// What the command line says; empty or false leaves the configuration's value.
struct ServeOptions {
  std::string config;  ///< a file; empty: frontdesk.toml if there is one, else the sample business
  std::string data;
  std::string sip;
  std::string http;
  std::string https;
  std::string rtp;  ///< "20000-20999"
  std::string models;
  std::string voice;
  bool diagnostics = false;
};

/// Runs until SIGINT or SIGTERM. Problems are printed on standard error.
int serve(const ServeOptions& options);

}  // namespace frontdesk::app
