using Api;
using RouteMiddleware.Middleware.Maintenance;

var builder = WebApplication.CreateBuilder(args);

builder.Services.AddSingleton<Users>().AddSingleton<Orders>();
builder.Services.AddRouteMiddleware()   // reads the section "RouteMiddleware" of appsettings.json
    .AddSession()
    .AddRedis()                         // nothing of it is loaded unless the settings name a Redis, as the launch profile "redis" does
    .AddLifespan("catalogue", (services, stopping) => Catalogue.LoadAsync(services.GetRequiredService<IHostEnvironment>(), stopping));

builder.Services.AddOpenApi(document => document.AddRouteMiddleware()); // the document tells what the chains answer

var app = builder.Build();

app.UseRouteMiddleware();               // the global list: forwarded_headers, request_id, timing, metrics, logs, common, trusted_host, security_headers, cors, gzip
app.UseDefaultFiles().UseStaticFiles(); // the page

app.MapGet("/health", () => "ok");
app.MapGet("/catalogue", (Catalogue catalogue) => catalogue.Items).WithMiddleware("cache:30s");
app.MapLogin();

var api = app.MapGroup("/api").WithMiddleware("api"); // the group "api" of the settings: maintenance, auth, rate_limit:100/1m, body_limit:64kb
api.MapError<OrderNotFoundException>((_, exception) => Results.Problem(exception.Message, statusCode: 404)); // here and nowhere else
api.MapOrders();
api.MapGet("/status", (Orders orders) => new { status = "ok", orders = orders.Count }).WithoutMiddleware("auth");

var here = app.MapGroup("").WithIpFilter(filter => filter.AllowedIps = ["127.0.0.0/8", "::1"]); // from this machine alone
here.MapMetrics("/metrics");

var admin = here.MapGroup("/admin").WithMiddleware("auth:admin", "rate_limit:10/1m");
admin.MapGet("/dashboard", (Orders orders, Users users) => new { orders = orders.Count, users = users.Count });
admin.MapPut("/maintenance", (IMaintenanceSwitch maintenance) => maintenance.TurnOn("The order desk is closed for a moment."));
admin.MapDelete("/maintenance", (IMaintenanceSwitch maintenance) => maintenance.TurnOff());

if (app.Environment.IsDevelopment())
{
    app.MapGet("/broken", string () => throw new InvalidOperationException("This route fails, to show the page that 'common' draws."));
    app.MapMiddlewareExplorer("/_middleware");
    app.MapOpenApi();
}

// What must be true of every route, also of those that come next year: otherwise the application does not start.
app.Middleware().All().Must.Run("request_id");
app.Middleware().Under("/api").Except("/api/status").Must.Run("auth").Before("rate_limit").Because("Orders are personal.");
app.Middleware().Under("/admin").Must.Run("auth:admin").Before("rate_limit");
app.Middleware().UnsafeMethods().Except("/logout").Must.Run("rate_limit");

// As app.Run(), and with "-- middleware list", "explain", "check" or "lock" the commands that tell what runs where.
return await app.RunWithMiddlewareCommandsAsync(args);
